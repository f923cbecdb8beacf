// Stands in for Trident where mirrors are concerned: follows its objects as an admin, and writes the states and messages
// that Trident writes. Modelled from published sources (see README.md), never compared with a real Trident.
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import {
  KubernetesError,
  type KubernetesApi,
  type Watch
} from '../../server/src/providers/kubernetes/client/kubernetesApi';
import { at, type KubernetesObject } from '../support/kubernetesObject';
import type { MirrorStorage } from './mirrorStorage';
import { textOf } from './relationshipRules';
import { relationshipStep } from './relationshipStep';
import { tellSnapshotInfo } from './tellSnapshotInfo';
import { FINALIZER, TRIDENT_KINDS, tridentPath } from './tridentKinds';
import { UpdateRuns } from './updateRuns';
import { WrittenObjects } from './writtenObjects';

export interface TridentStandInOptions {
  /** Asks as somebody who may do everything. */
  readonly api: KubernetesApi;
  readonly storage: MirrorStorage;
  /** null: all, as Trident does. */
  readonly namespace?: string | null;
  /** How often it looks again at what goes on, in ms. */
  readonly everyMs?: number;
}

type Kind = keyof typeof TRIDENT_KINDS;
type Work = (object: KubernetesObject, again: Again) => Promise<void>;

const AnyObject = z.custom<KubernetesObject>(value => typeof value === 'object' && value !== null);

/** `start()`, then `stop()`. Work is done one after the other, as by Trident’s one worker. */
export class TridentStandIn {
  /** What went wrong that Trident would only log. */
  readonly troubles: unknown[] = [];
  private readonly written: WrittenObjects;
  private readonly updates: UpdateRuns;
  private watches: Watch[] = [];
  private readonly stopping = new AbortController();
  private readonly queued = new Set<string>();
  private readonly waiting = new Set<string>();
  private working: Promise<void> = Promise.resolve();
  private started = false;

  constructor(private readonly options: TridentStandInOptions) {
    this.written = new WrittenObjects(options.api);
    this.updates = new UpdateRuns(options.storage, this.written);
  }

  /** Resolves when it has seen what is there. Actions that were in progress count as broken by a restart. */
  async start(): Promise<void> {
    this.watches = [
      this.watch('TridentMirrorRelationship', (object, again) => this.reconcile(object, again)),
      this.watch('TridentActionMirrorUpdate', (object, again) => this.updates.step(object, again)),
      this.watch('TridentSnapshotInfo', object => tellSnapshotInfo(object, this.options.api, this.written))
    ];
    await Promise.all(this.watches.map(({ listed }) => listed));
    await this.settled();
    this.started = true;
  }

  /** Resolves when what was asked for so far has been worked on once. */
  settled(): Promise<void> {
    return this.working;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.watches.map(watch => watch.stop()));
    await this.working;
  }

  private watch(kind: Kind, work: Work): Watch {
    const { api, namespace = null } = this.options;
    const take = (object: KubernetesObject): void => this.queue(kind, object, work);
    return api.watch({
      path: tridentPath(kind, namespace),
      item: AnyObject,
      replaced: objects => objects.forEach(take),
      upserted: take,
      deleted: () => undefined,
      health: health => {
        if (health.state === 'broken') {
          this.troubles.push(health.error);
        }
      }
    });
  }

  /** Each object is worked on as it is when its turn comes: what was told of it may be older than own writes. */
  private queue(kind: Kind, { metadata }: KubernetesObject, work: Work): void {
    const path = `${tridentPath(kind, metadata.namespace ?? '')}/${metadata.name ?? ''}`;
    if (this.queued.has(path)) {
      return;
    }
    this.queued.add(path);
    this.enqueue(async () => {
      this.queued.delete(path);
      const object = await this.options.api.request({ path, schema: AnyObject });
      const look = (): void => this.later(path, () => this.queue(kind, object, work));
      await work({ ...object, kind }, { isRestart: !this.started, look });
    });
  }

  private later(path: string, act: () => void): void {
    const { everyMs = 50 } = this.options;
    if (this.waiting.has(path) || this.stopping.signal.aborted) {
      return;
    }
    this.waiting.add(path);
    delay(everyMs, undefined, { signal: this.stopping.signal, ref: false })
      .then(() => {
        this.waiting.delete(path);
        act();
      })
      .catch((error: unknown) => this.note(error));
  }

  private enqueue(work: () => Promise<void>): void {
    this.working = this.working.then(work).catch((error: unknown) => this.note(error));
  }

  /** What is gone or was changed meanwhile comes again by the watch. */
  private note(error: unknown): void {
    const isUsual = error instanceof KubernetesError && (error.status === 404 || error.status === 409);
    if (!isUsual && !this.stopping.signal.aborted) {
      this.troubles.push(error);
    }
  }

  private async reconcile(object: KubernetesObject, again: Again): Promise<void> {
    if (object.metadata.deletionTimestamp !== undefined) {
      await this.letGo(object);
      return;
    }
    const kept = await this.written.withFinalizer(object, FINALIZER);
    const step = await relationshipStep(kept, this.options.storage);
    if (step === null) {
      again.look();
      return;
    }
    await this.written.condition(kept, step);
    if (step.goesOn) {
      again.look();
    }
  }

  /** Promotes first, then releases. */
  private async letGo(object: KubernetesObject): Promise<void> {
    const { storage } = this.options;
    const destination = textOf(at(object, 'status', 'conditions', 0), 'localVolumeHandle');
    if (destination !== '') {
      await storage.promote(destination, null);
      const released = { state: 'released', message: '', localVolumeHandle: destination, goesOn: false };
      await this.written.condition(object, released);
      await storage.release(destination);
    }
    await this.written.withoutFinalizer(object, FINALIZER);
  }
}

/** What a piece of work may ask for. */
export interface Again {
  /** The object was there before the stand-in. */
  readonly isRestart: boolean;
  /** To be called again after a while. */
  look(): void;
}
