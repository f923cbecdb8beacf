/** A home with a snapshot on the stand-in cluster, and restores of it by a strategy that runs Jobs. */
import { testApi } from '../../../testing/testApi';
import { KubernetesError, type KubernetesApi } from '../../../providers/kubernetes/client/kubernetesApi';
import type { RestorePhase, RestoreSpec, VolumeRestore } from '../../../providers/kubernetes/volumeRestore';
import type { Strategy } from '../../strategy';
import { cutApi, Killed, type Cut } from '../../swap/testing/cutApi';
import { RestoreRun } from '../../swap/testing/restoreRun';
import { NAMESPACE, StorageCluster } from '../../swap/testing/storageCluster';
import { TaskCluster } from './taskCluster';

interface FinishOptions {
  /** Where the controller is killed; null: nowhere. */
  readonly cut?: Cut | null;
  readonly at?: (phase: RestorePhase) => Promise<void> | void;
}

/** `end` in afterEach. */
export class CopyScene {
  readonly api: KubernetesApi;
  readonly tasks: TaskCluster;
  /** What the last controller wrote, also one that was killed. */
  writes: string[] = [];
  private passedMs = 0;

  private constructor(
    readonly cluster: StorageCluster,
    private readonly strategy: Strategy
  ) {
    this.api = testApi({ url: cluster.server.url, namespace: NAMESPACE });
    this.tasks = new TaskCluster(cluster);
  }

  /** The home holds `after`, its snapshot `snap` holds `before`. */
  static async open(strategy: Strategy): Promise<CopyScene> {
    const scene = new CopyScene(await StorageCluster.open(), strategy);
    await scene.cluster.claim('home', 'before');
    scene.cluster.snapshot('snap', 'home');
    scene.cluster.write('home', 'after');
    return scene;
  }

  async end(): Promise<void> {
    await this.api.dispose();
    await this.cluster.end();
  }

  /** Restores to the end; a controller that is killed is followed by another. Settles too. */
  async restore(
    name: string,
    spec: Partial<RestoreSpec> = { snapshotName: 'snap' },
    { cut = null, at }: FinishOptions = {}
  ): Promise<VolumeRestore> {
    this.cluster.create('VolumeRestore', name, { spec: { claimName: 'home', approved: true, cancel: false, ...spec } });
    // The stand-in dates objects by the real clock.
    this.passedMs = 0;
    await this.run(name).plan(this.api);
    const first = cutApi(this.api, cut);
    const toTheEnd = async (api: KubernetesApi): Promise<VolumeRestore> => {
      await this.run(name).finish(api, at);
      return this.run(name).settle(api);
    };
    for (let api = first.api; ;) {
      try {
        return await toTheEnd(api);
      } catch (error) {
        if (error instanceof Killed) {
          api = this.api;
        } else if (!(error instanceof KubernetesError && error.reason === 'Conflict')) {
          throw error;
        }
      } finally {
        this.writes = first.writes();
      }
    }
  }

  /** All that is there beside the home, as `Kind name`. */
  get left(): string[] {
    const jobs = this.cluster.server.store.listAll('Job').map(({ metadata }) => `Job ${metadata.name}`);
    return [...this.cluster.objects, ...jobs].filter(name => name !== 'PersistentVolumeClaim home');
  }

  /** Names of the snapshots beside the first. */
  get snapshots(): string[] {
    const all = this.cluster.server.store.listAll('VolumeSnapshot').map(({ metadata }) => metadata.name);
    return all.filter(name => name !== 'snap');
  }

  /** What somebody else does to the status. */
  async status(name: string, status: object): Promise<void> {
    this.cluster.server.store.patch({ kind: 'VolumeRestore', namespace: NAMESPACE, name }, { status });
    await this.cluster.idle();
  }

  private run(name: string): RestoreRun {
    const now = (): Date => new Date(Date.now() + this.passedMs);
    const pass = async (ms: number): Promise<void> => {
      this.passedMs += ms;
      this.tasks.step();
      await this.cluster.idle();
    };
    return new RestoreRun({ strategy: this.strategy, namespace: NAMESPACE, name, pass, now });
  }
}
