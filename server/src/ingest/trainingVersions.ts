/**
 * “Train on this version”: a clone of a fixed version of the arrived data, and the pin by which runs of a kernel say so. What
 * the person saw is looked at again before and after: data that changes meanwhile is never passed off as what was seen.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import {
  CloneName,
  type Clone,
  type Mirror,
  type PinSnapshots,
  type TrainOnVersion,
  type VersionToTrainOn
} from '../../../contract';
import type { CloneService } from '../features/clones/cloneService';
import { operationKey } from '../http/operationKey';
import { validated } from '../http/validation';
import type { LineageWriting } from '../lineage/lineageWriting';
import { ProblemError } from '../problemError';
import type { Provider } from '../providers/provider';
import { AnswersByKey } from './answersByKey';
import { fixedVersions } from './fixedVersions';
import { snapshotReady } from './snapshotReady';

/** Both together less than a request of the Jupyter server may take. */
const PATIENCE_MS = 15_000;
const LOOK_PATIENCE_MS = 8_000;
/** Between looks while ONTAP has not been asked anew. */
const LOOK_PAUSE_MS = 1_000;

type Wanted = z.infer<typeof TrainOnVersion>;
type Version = z.infer<typeof VersionToTrainOn>;

/** A mirror as the sources tell it when they are asked now, and the time by which they tell it. */
export interface MirrorNow {
  readonly mirror: Mirror;
  readonly now: Date;
}

export interface TrainingVersionsOptions {
  readonly provider: Provider;
  readonly clones: CloneService;
  readonly writing: LineageWriting;
  /** Rejects where it can’t be told now. */
  readonly mirror: (id: string) => Promise<MirrorNow>;
  /** How long a snapshot may take, in ms. */
  readonly patienceMs?: number;
  /** How long is waited for ONTAP to be asked after it, in ms. */
  readonly lookPatienceMs?: number;
}

export class TrainingVersions {
  readonly #options: TrainingVersionsOptions;
  readonly #made = new AnswersByKey<Version>();

  constructor(options: TrainingVersionsOptions) {
    this.#options = options;
  }

  /** The same key again gives the same version, also where other data has arrived since. */
  train(id: string, wanted: Wanted, idempotencyKey: string | null): Promise<Version> {
    const key = operationKey(idempotencyKey);
    return this.#made.once(key === null ? null : `${wanted.uid} ${key}`, () => this.#train(id, wanted, idempotencyKey));
  }

  async #train(id: string, wanted: Wanted, idempotencyKey: string | null): Promise<Version> {
    const { provider } = this.#options;
    const name = validated(CloneName, wanted.clone, 'body.clone');
    const { mirror } = await this.#options.mirror(id);
    assertSeen(mirror, wanted);
    const snapshot = await this.#snapshot(mirror, wanted, idempotencyKey);
    // After a promotion others can have written: what stands there is not the exported snapshot any more.
    const exported = wanted.way === 'snapshot' && mirror.state === 'promoted' ? null : mirror.data.snapshot;
    const { uid = '' } = provider.index.get('snapshot', snapshot) ?? {};
    if (exported !== null) {
      await provider.markExported?.(snapshot, uid, exported);
    }
    const clone = await this.#clone(snapshot, name, wanted, idempotencyKey);
    // What is not mounted here no run of the kernel can read.
    const relation = clone.path === null ? 'before-run' : 'exact';
    return { clone, snapshot, exported, ...(await this.#pin({ name: snapshot, uid, relation }, wanted)) };
  }

  /** Name of one that is complete. */
  async #snapshot(mirror: Mirror, wanted: Wanted, idempotencyKey: string | null): Promise<string> {
    const { provider, patienceMs = PATIENCE_MS } = this.#options;
    const { index } = provider;
    const key = operationKey(idempotencyKey, 'version');
    const { ways } = fixedVersions({
      mirror,
      volume: index.get('volume', mirror.volume) ?? null,
      claim: provider.claimOf?.(mirror.volume) ?? null,
      snapshots: index.all('snapshot').filter(({ volume }) => volume === mirror.volume)
    });
    const way = ways.find(one => one.way === wanted.way);
    if (way?.can.available !== true) {
      const { reason: detail, fix: next } = way?.can ?? { reason: 'There is no such way.', fix: 'Choose another one.' };
      const slug = mirror.transfer === null ? 'not-supported' : 'operation-in-progress';
      throw new ProblemError(slug, { detail, next, object: mirror.id });
    }
    if (way.snapshot !== null) {
      return way.snapshot;
    }
    const request = { title: `For ${wanted.clone}`, note: '', heldUntil: null, notebook: wanted.notebook };
    const { name } = await provider.createSnapshot(mirror.volume, request, { operationKey: key });
    await snapshotReady(index, name, patienceMs);
    await this.#assertStill(mirror, name, wanted);
    return name;
  }

  /** A transfer that came while the snapshot was made can be in it. */
  async #assertStill(mirror: Mirror, snapshot: string, wanted: Wanted): Promise<void> {
    const now = await this.#lookedAfter(mirror, snapshot);
    if (
      now.uid !== wanted.uid ||
      now.data.snapshot !== mirror.data.snapshot ||
      now.transfer !== null ||
      !sameData(now, mirror)
    ) {
      throw new ProblemError('object-changed', {
        detail: `New data arrived in ${mirror.volumeName} while the snapshot ${snapshot} was made: it can hold some of it.`,
        next: 'Delete the snapshot if you don’t need it, look at the mirror again, and ask anew.',
        object: mirror.id
      });
    }
  }

  /** The mirror as it is told by somebody who looked after the snapshot was made; Trident never looks again. */
  async #lookedAfter({ id, volumeName }: Mirror, snapshot: string): Promise<Mirror> {
    const { lookPatienceMs = LOOK_PATIENCE_MS } = this.#options;
    const { mirror, now } = await this.#options.mirror(id);
    const end = performance.now() + lookPatienceMs;
    let told = mirror;
    while (told.toldBy === 'ontap' && Date.parse(told.toldAt ?? '') < now.getTime() - WITHIN_MS) {
      if (performance.now() >= end) {
        throw new ProblemError('not-ready', {
          detail: `The snapshot ${snapshot} was made; whether new data arrived in ${volumeName} meanwhile isn’t known yet.`,
          next: 'Ask again: the same snapshot is used.',
          object: snapshot
        });
      }
      await delay(Math.min(LOOK_PAUSE_MS, lookPatienceMs));
      ({ mirror: told } = await this.#options.mirror(id));
    }
    return told;
  }

  async #clone(snapshot: string, name: string, { way }: Wanted, idempotencyKey: string | null): Promise<Clone> {
    try {
      return await this.#options.clones.ofSnapshot(snapshot, { name }, idempotencyKey);
    } catch (error) {
      if (way === 'snapshot' && error instanceof ProblemError) {
        const { problem } = error;
        throw ProblemError.of({ ...problem, detail: `${problem.detail} The snapshot ${snapshot} was made and stays.` });
      }
      throw error;
    }
  }

  /** That nothing is pinned is told beside the clone, which is there. */
  async #pin(
    snapshot: PinSnapshots['snapshots'][number],
    { kernel, notebook }: Wanted
  ): Promise<Pick<Version, 'pin' | 'problem'>> {
    if (kernel === null) {
      return { pin: null, problem: null };
    }
    try {
      const pin = await this.#options.writing.pin({ kernel, snapshots: [snapshot], notebook });
      return { pin, problem: null };
    } catch (error) {
      if (error instanceof ProblemError) {
        return { pin: null, problem: error.problem };
      }
      throw error;
    }
  }
}

function assertSeen({ id, uid, volumeName, data }: Mirror, wanted: Wanted): void {
  if (uid !== wanted.uid) {
    throw new ProblemError('object-changed', {
      detail: `The mirror of ${volumeName} is another one than the one that was looked at.`,
      next: 'Look at the mirror again.',
      object: id
    });
  }
  if (data.snapshot !== wanted.exported) {
    throw new ProblemError('object-changed', {
      detail: `Another version has arrived in ${volumeName} since it was looked at: ${data.snapshot ?? 'which one is not told'}.`,
      next: 'Look at the mirror again, and choose that version if you want it.',
      object: id
    });
  }
}

/** An answer of this age was begun after the snapshot was complete. */
const WITHIN_MS = 250;

/** Clocks and lags are told to the second, so that the same data can seem a little younger or older. */
const SAME_WITHIN_MS = 5_000;

const sameData = ({ data: now }: Mirror, { data: then }: Mirror): boolean =>
  now.known === then.known &&
  (!now.known ||
    !then.known ||
    now.snapshot !== null ||
    Math.abs(Date.parse(now.asOf) - Date.parse(then.asOf)) < SAME_WITHIN_MS);
