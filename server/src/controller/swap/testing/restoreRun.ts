/** One restore by a strategy, phase by phase as the core does it, on a clock that runs only while it waits. */
import type { KubernetesApi } from '../../../providers/kubernetes/client/kubernetesApi';
import { labels } from '../../../providers/kubernetes/names';
import { paths, VolumeSnapshot } from '../../../providers/kubernetes/resources';
import {
  restorePath,
  VolumeRestore,
  type RestorePhase,
  type RestoreStatus
} from '../../../providers/kubernetes/volumeRestore';
import { memoryLog } from '../../../testing/testSidecar';
import { clusterPaths, WholeClaim } from '../../clusterObjects';
import { ControllerSettings } from '../../controllerSettings';
import { orNull } from '../../readOptional';
import { RestoreRefused, type Next, type RestoreWork, type Strategy } from '../../strategy';
import { writeStatus } from '../../statusWriter';
import { PersistentVolume, volumeRef } from '../persistentVolume';

const NEXT: Partial<Record<RestorePhase, RestorePhase>> = {
  Preparing: 'Securing',
  Securing: 'Restoring',
  Restoring: 'Verifying',
  Verifying: 'Succeeded'
};
const LOOKS_MAX = 2_000;

export interface RestoreRunOptions {
  readonly strategy: Strategy;
  readonly namespace: string;
  readonly name: string;
  readonly settings?: Partial<ControllerSettings>;
  /** Time goes on by so many ms. */
  readonly pass: (ms: number) => Promise<void>;
  readonly now: () => Date;
}

/** A restore whose object exists; another instance goes on where this one ended. */
export class RestoreRun {
  constructor(private readonly options: RestoreRunOptions) {}

  /** What the core records before Preparing. */
  async plan(api: KubernetesApi): Promise<void> {
    const { namespace } = this.options;
    const restore = await this.read(api);
    const path = `${paths.claims(namespace)}/${restore.spec.claimName}`;
    const { claim, manifest } = await api.request({ path, schema: WholeClaim });
    const { metadata, spec, status } = claim;
    const oldVolume = await this.volume(api, spec.volumeName);
    const undone = restore.spec.undoOf === undefined ? null : await this.read(api, restore.spec.undoOf);
    const kept = undone?.status.undo?.volume ?? null;
    const source = restore.spec.snapshotName ?? undone?.status.undo?.snapshot ?? null;
    const snapshotPath = `${paths.snapshots(namespace)}/${source ?? ''}`;
    const snapshot = source === null ? null : await orNull(api.request({ path: snapshotPath, schema: VolumeSnapshot }));
    await writeStatus({
      api,
      restore,
      status: {
        phase: 'Preparing',
        strategy: this.options.strategy.name,
        startedAt: this.options.now().toISOString(),
        claim: {
          uid: metadata.uid,
          volumeId: metadata.labels[labels.volumeId] ?? metadata.uid,
          accessModes: spec.accessModes,
          storageClassName: spec.storageClassName ?? null,
          volumeMode: spec.volumeMode,
          request: spec.resources.requests['storage'] ?? '',
          capacity: status.capacity['storage'] ?? '',
          manifest
        },
        oldVolume,
        snapshot: snapshot && { name: snapshot.metadata.name, uid: snapshot.metadata.uid },
        ...(kept === null ? {} : { newVolume: await this.volume(api, kept) })
      }
    });
  }

  /** Until it has ended. `at`: called before each look. */
  async finish(
    api: KubernetesApi,
    at: (phase: RestorePhase) => Promise<void> | void = () => undefined
  ): Promise<VolumeRestore> {
    for (let looks = 0; looks < LOOKS_MAX; looks++) {
      const restore = await this.read(api);
      const { phase } = restore.status;
      await at(phase);
      if (NEXT[phase] === undefined) {
        return restore;
      }
      const isBack = (restore.status.problem ?? null) !== null;
      await this.apply(api, restore, await this.look(api, restore, isBack), isBack ? 'RolledBack' : NEXT[phase]);
    }
    throw new Error(`Restore ${this.options.name} does not end: ${JSON.stringify((await this.read(api)).status)}`);
  }

  /** Until nothing is left to do, or that time has come. */
  async settle(api: KubernetesApi, until: Date | null = null): Promise<VolumeRestore> {
    for (let looks = 0; looks < LOOKS_MAX; looks++) {
      const restore = await this.read(api);
      const next = await this.options.strategy.settle(this.work(api, restore));
      const left = until === null ? Number.POSITIVE_INFINITY : until.getTime() - this.options.now().getTime();
      if (next.kind === 'wait' && next.ms > left) {
        await this.options.pass(Math.max(0, left));
        return restore;
      }
      await this.apply(api, restore, next, restore.status.phase);
      if (next.kind === 'done') {
        return this.read(api);
      }
    }
    throw new Error(`Restore ${this.options.name} does not settle: ${JSON.stringify((await this.read(api)).status)}`);
  }

  read(api: KubernetesApi, name = this.options.name): Promise<VolumeRestore> {
    return api.request({ path: `${restorePath(this.options.namespace)}/${name}`, schema: VolumeRestore });
  }

  private async volume(api: KubernetesApi, name: string): Promise<NonNullable<RestoreStatus['oldVolume']>> {
    return volumeRef(await api.request({ path: clusterPaths.volume(name), schema: PersistentVolume }));
  }

  private async look(api: KubernetesApi, restore: VolumeRestore, isBack: boolean): Promise<Next> {
    const { strategy } = this.options;
    const work = this.work(api, restore);
    const step = {
      Preparing: strategy.prepare,
      Securing: strategy.secure,
      Restoring: strategy.restore,
      Verifying: strategy.verify
    }[restore.status.phase as 'Preparing'];
    try {
      return await (isBack ? strategy.rollBack(work) : step(work));
    } catch (error) {
      if (error instanceof RestoreRefused) {
        const { problem: type, detail, next } = error;
        return { kind: 'write', status: { problem: { type, detail, next } } };
      }
      throw error;
    }
  }

  private async apply(
    api: KubernetesApi,
    restore: VolumeRestore,
    next: Next,
    then: RestorePhase | undefined
  ): Promise<void> {
    const now = this.options.now().toISOString();
    if (next.kind === 'wait') {
      await this.options.pass(next.ms);
    } else if (next.kind === 'write') {
      await writeStatus({ api, restore, status: next.status });
    } else {
      const phase = next.failed === true ? 'Failed' : (then ?? restore.status.phase);
      const finishedAt = NEXT[phase] === undefined ? { finishedAt: restore.status.finishedAt ?? now } : {};
      const releasedAt = phase === 'Securing' ? { releasedAt: now } : {};
      await writeStatus({ api, restore, status: { ...next.status, phase, ...finishedAt, ...releasedAt } });
    }
  }

  private work(api: KubernetesApi, restore: VolumeRestore): RestoreWork {
    return {
      api,
      settings: ControllerSettings.parse({ image: 'controller', ...this.options.settings }),
      log: memoryLog(),
      restore,
      now: this.options.now(),
      clock: this.options.now,
      signal: new AbortController().signal
    };
  }
}
