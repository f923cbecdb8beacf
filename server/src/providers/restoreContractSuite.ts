/**
 * What every provider that restores must do, as tests: the same on directories and on a cluster with a controller. What
 * takes time is awaited in the index.
 */
import { IndexedObject, type Restore } from '../../../contract';
import { untilIndexed, untilPhase } from '../testing/untilIndexed';
import { refusal } from './contractSuite';
import type { Provider, RestoreWay } from './provider';

/** A provider under test, with one volume, and the means to look at and change what is on it. */
export interface RestoreSubject {
  /** Another one after `release`, where what was ended is where it ran. */
  readonly provider: Provider;
  readonly volume: string;
  write(file: string, content: string): Promise<void>;
  /** null: there is no such file. */
  read(file: string): Promise<string | null>;
  /** Ends whatever uses the volume, where a restore waits for that, and has it again when that is over. */
  release(): Promise<void>;
  dispose(): Promise<void>;
}

const NO_KEY = { operationKey: null } as const;
const FINAL: readonly string[] = ['succeeded', 'rolled-back', 'failed', 'cancelled'];

/** Registers the suite. `make` gives a started provider of its own for each test. */
export function restoreContract(name: string, make: () => Promise<RestoreSubject>, timeoutMs = 60_000): void {
  describe(`restores of the ${name} provider`, () => {
    let subject: RestoreSubject;

    beforeEach(async () => {
      subject = await make();
    }, timeoutMs);

    afterEach(() => subject.dispose(), timeoutMs);

    const until = (id: string, what: string, find: (restore: Restore) => boolean): Promise<Restore> => {
      const { index } = subject.provider;
      const look = (): Restore | undefined => {
        const restore = index.get('restore', id);
        return restore !== undefined && find(restore) ? restore : undefined;
      };
      return untilIndexed(index, `restore ${id} is ${what}`, look, timeoutMs);
    };

    const snapshot = async (): Promise<string> => {
      const { provider, volume } = subject;
      const wanted = { title: 'good', note: '', heldUntil: null, notebook: null };
      const made = await provider.createSnapshot(volume, wanted, NO_KEY);
      await untilPhase(provider.index, 'snapshot', made.name, 'ready');
      return made.name;
    };

    const plan = async (from: string, way?: RestoreWay): Promise<Restore> => {
      const asked = await subject.provider.planRestore(from, null, NO_KEY, way);
      expect(asked.phase).toBe('planning');
      return until(asked.id, 'planned', ({ phase }) => phase !== 'planning');
    };

    const carryOut = async ({ id, uid }: Restore): Promise<Restore> => {
      await subject.provider.approveRestore(id, uid);
      const going = await until(id, 'under way', ({ phase }) => phase === 'waiting' || FINAL.includes(phase));
      if (going.phase === 'waiting') {
        await subject.release();
      }
      return until(id, 'over', ({ phase }) => FINAL.includes(phase));
    };

    it(
      'changes nothing before it is approved, brings the data back, and takes that back',
      async () => {
        await subject.write('a.txt', 'one');
        const from = await snapshot();
        await subject.write('a.txt', 'two');

        const planned = await plan(from);
        expect(planned).toMatchObject({ phase: 'planned', snapshot: from, snapshotLabel: 'good', undoOf: null });
        expect(planned.plan?.blockers).toEqual([]);
        expect(await refusal(subject.provider.approveRestore(planned.id, 'another'))).toBe('object-changed');
        expect(await subject.read('a.txt')).toBe('two');

        const restored = await carryOut(planned);
        expect(restored).toMatchObject({ phase: 'succeeded', problem: null, undo: { possible: true } });
        expect(IndexedObject.parse(restored)).toEqual(restored);
        expect(await subject.read('a.txt')).toBe('one');
        expect(subject.provider.index.get('snapshot', from)?.state.phase).toBe('ready');

        const back = await subject.provider.undoRestore(restored.id, NO_KEY);
        const undone = await carryOut(await until(back.id, 'planned', ({ phase }) => phase !== 'planning'));
        expect(undone).toMatchObject({ phase: 'succeeded', undoOf: restored.id });
        expect(await subject.read('a.txt')).toBe('two');
      },
      timeoutMs
    );

    it(
      'brings chosen files back beside, and replaces nothing',
      async () => {
        await subject.write('a.txt', 'one');
        const from = await snapshot();
        await subject.write('a.txt', 'two');

        const planned = await plan(from, { strategy: 'files', paths: ['a.txt'] });
        expect(planned).toMatchObject({ phase: 'planned', strategy: 'files', plan: { stopsServer: false } });
        const restored = await carryOut(planned);

        expect(restored).toMatchObject({ phase: 'succeeded', undo: { possible: false } });
        expect(await subject.read('a.txt')).toBe('two');
        expect(await subject.read(`${restored.target ?? ''}/a.txt`)).toBe('one');
      },
      timeoutMs
    );

    it('refuses what it does not know', async () => {
      const { provider } = subject;

      expect(await refusal(provider.planRestore('nothing', null, NO_KEY))).toBe('snapshot-not-found');
      expect(await refusal(provider.approveRestore('nothing', 'u'))).toBe('restore-not-found');
      expect(await refusal(provider.undoRestore('nothing', NO_KEY))).toBe('restore-not-found');
    });
  });
}
