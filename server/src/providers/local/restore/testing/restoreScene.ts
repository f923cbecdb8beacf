/** A volume with a snapshot and changes since, and providers on it: for tests of restores as a client sees them. */
import * as fs from 'node:fs';
import type { Restore } from '../../../../../../contract';
import type { Faults } from '../../../../configuration';
import { inProcessRunner } from '../../jobRunner';
import type { LocalProvider } from '../../provider';
import { startProvider, until, untilPlanned } from './providerDriver';
import { TestVolume } from './testVolume';

/** A request that can't be told from another one. */
export const NO_KEY = { operationKey: null };

/** Since the snapshot one file was changed, one removed, one added, and one is the same. */
export class RestoreScene {
  private readonly started: LocalProvider[] = [];

  private constructor(
    readonly volume: TestVolume,
    readonly snapshot: string
  ) {}

  static async make(): Promise<RestoreScene> {
    const volume = new TestVolume();
    volume.write('report.txt', 'then');
    volume.write('data/gone.csv', '1,2,3,4,5');
    volume.write('same.txt', 'same');
    const snapshot = await volume.snapshot();
    volume.write('report.txt', 'now, and longer');
    fs.rmSync(volume.path('data/gone.csv'));
    volume.write('data/new.csv', '6,7');
    volume.freeze();
    return new RestoreScene(volume, snapshot);
  }

  /** A started provider. */
  async open(faults?: Partial<Faults>): Promise<LocalProvider> {
    const provider = await startProvider({
      root: this.volume.root,
      runner: inProcessRunner,
      ...(faults === undefined ? {} : { faults: { slowMs: 0, ...faults } })
    });
    this.started.push(provider);
    return provider;
  }

  /** A plan to bring the snapshot back. */
  async plan(provider: LocalProvider): Promise<Restore> {
    return untilPlanned(provider, await provider.planRestore(this.snapshot, null, NO_KEY));
  }

  /** An approved restore that has come to a phase. */
  async runTo(phase: Restore['phase'], provider: LocalProvider): Promise<Restore> {
    const planned = await this.plan(provider);
    await provider.approveRestore(planned.id, planned.uid);
    return until(provider, () => {
      const now = provider.index.get('restore', planned.id);
      return now?.phase === phase ? now : null;
    });
  }

  async dispose(): Promise<void> {
    await Promise.all(this.started.map(provider => provider.stop()));
    this.volume.dispose();
  }
}

/** What a ProblemError of this kind looks like. */
export const problemOf = (slug: string, detail?: RegExp): unknown =>
  expect.objectContaining({
    problem: expect.objectContaining({
      type: expect.stringContaining(slug) as unknown,
      ...(detail === undefined ? {} : { detail: expect.stringMatching(detail) as unknown })
    }) as unknown
  });
