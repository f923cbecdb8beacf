/** A home with a snapshot on the stand-in cluster, and restores of it by `swap`: what the tests of the strategy share. */
import { testApi } from '../../../testing/testApi';
import type { KubernetesApi } from '../../../providers/kubernetes/client/kubernetesApi';
import type { RestorePhase, RestoreSpec, VolumeRestore } from '../../../providers/kubernetes/volumeRestore';
import type { ControllerSettings } from '../../controllerSettings';
import { swap } from '../swapStrategy';
import { cutApi, Killed, type Cut } from './cutApi';
import { RestoreRun } from './restoreRun';
import { NAMESPACE, StorageCluster } from './storageCluster';

/** Labels and annotations of the home. */
export const MARKS = {
  labels: { 'hub.jupyter.org/username': 'ann' },
  annotations: { note: 'mine', 'volume.kubernetes.io/selected-node': 'one' }
};

interface FinishOptions {
  /** Where the controller is killed; null: nowhere. */
  readonly cut?: Cut | null;
  readonly at?: (phase: RestorePhase) => Promise<void> | void;
}

/** `end` in afterEach. */
export class SwapScene {
  readonly api: KubernetesApi;
  settings: Partial<ControllerSettings> = {};
  /** What the last controllers wrote, those that were killed too. */
  writes: string[] = [];
  private passedMs = 0;

  private constructor(readonly cluster: StorageCluster) {
    this.api = testApi({ url: cluster.server.url, namespace: NAMESPACE });
  }

  /** The home holds `after`, its snapshot `snap` holds `before`. */
  static async open(): Promise<SwapScene> {
    const scene = new SwapScene(await StorageCluster.open());
    await scene.cluster.claim('home', 'before', MARKS);
    scene.cluster.snapshot('snap', 'home');
    scene.cluster.write('home', 'after');
    return scene;
  }

  async end(): Promise<void> {
    await this.api.dispose();
    await this.cluster.end();
  }

  readonly now = (): Date => new Date(Date.now() + this.passedMs);

  /** Time goes on, and the controllers of Kubernetes do what is due. */
  readonly pass = async (ms: number): Promise<void> => {
    this.passedMs += ms;
    await this.cluster.idle();
  };

  /** Makes it and plans it. */
  async request(name: string, spec: Partial<RestoreSpec>): Promise<RestoreRun> {
    this.cluster.create('VolumeRestore', name, { spec: { claimName: 'home', approved: true, cancel: false, ...spec } });
    const run = this.run(name);
    await run.plan(this.api);
    return run;
  }

  /** Restores a snapshot to the end; a controller that is killed is followed by another. */
  async restore(name: string, snapshotName = 'snap', options: FinishOptions = {}): Promise<VolumeRestore> {
    await this.request(name, { snapshotName });
    return this.finish(name, options);
  }

  async undo(name: string, undoOf: string, options: FinishOptions = {}): Promise<VolumeRestore> {
    await this.request(name, { undoOf });
    return this.finish(name, options);
  }

  async finish(name: string, { cut = null, at }: FinishOptions = {}): Promise<VolumeRestore> {
    const first = cutApi(this.api, cut);
    try {
      return await this.run(name).finish(first.api, at);
    } catch (error) {
      if (!(error instanceof Killed)) {
        throw error;
      }
      await this.cluster.idle();
      return await this.run(name).finish(this.api, at);
    } finally {
      this.writes = first.writes();
    }
  }

  /** What is due after the end, until `days` from now. */
  async settle(name: string, days: number, cut: Cut | null = null): Promise<VolumeRestore> {
    const until = new Date(this.now().getTime() + days * 24 * 60 * 60_000);
    const first = cutApi(this.api, cut);
    try {
      return await this.run(name).settle(first.api, until);
    } catch (error) {
      if (!(error instanceof Killed)) {
        throw error;
      }
      await this.cluster.idle();
      return await this.run(name).settle(this.api, until);
    } finally {
      this.writes = first.writes();
    }
  }

  private run(name: string): RestoreRun {
    const { settings, pass, now } = this;
    return new RestoreRun({ strategy: swap, namespace: NAMESPACE, name, settings, pass, now });
  }
}
