/**
 * The Kubernetes provider on the API server stand-in, with what controllers and a driver would do: snapshots and clones
 * become ready by themselves, unless a test holds them. Bytes are texts by file name.
 */
import { KubernetesConfiguration } from '../../../configuration';
import { ApiServer } from '../../../testing/apiServer';
import type { ApiObject, Change } from '../../../testing/api/objectStore';
import { memoryLog } from '../../../testing/testSidecar';
import { testApi } from '../../../testing/testApi';
import type { KubernetesProvider } from '../kubernetesProvider';
import { openKubernetesProvider } from '../openKubernetesProvider';

export const NAMESPACE = 'hub';
const DRIVER = 'cow.example';

/** Files of a claim or snapshot. */
type Files = Readonly<Record<string, string>>;

interface SceneOptions {
  /** Claims that the server mounts, each 1Gi and Bound. */
  readonly claims?: readonly string[];
  readonly storageClass?: string;
}

/** What a test holds; `end` in afterEach. */
export class ClusterScene {
  /** Snapshots and clones stay as they are created. */
  idle = false;
  readonly files = new Map<string, Files>();
  private readonly providers: KubernetesProvider[] = [];
  private unsubscribe: () => void = () => undefined;

  private readonly url: string;

  private constructor(
    readonly server: ApiServer,
    readonly claims: readonly string[]
  ) {
    this.url = server.url;
  }

  static async open({ claims = ['home'], storageClass = 'cow' }: SceneOptions = {}): Promise<ClusterScene> {
    const scene = new ClusterScene(await ApiServer.start(), claims);
    const { store } = scene.server;
    const driver = { provisioner: DRIVER };
    store.create({ kind: 'StorageClass', metadata: { name: 'cow' }, ...driver, volumeBindingMode: 'Immediate' });
    store.create({
      kind: 'StorageClass',
      metadata: { name: 'cow-wffc' },
      ...driver,
      volumeBindingMode: 'WaitForFirstConsumer'
    });
    scene.snapshotClass('cow', true);
    for (const name of claims) {
      store.create({
        kind: 'PersistentVolumeClaim',
        metadata: {
          name,
          namespace: NAMESPACE,
          annotations: { 'volume.kubernetes.io/storage-provisioner': DRIVER }
        },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: storageClass,
          volumeMode: 'Filesystem',
          resources: { requests: { storage: '1Gi' } }
        },
        status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] }
      });
    }
    scene.unsubscribe = store.subscribe(change => scene.control(change));
    return scene;
  }

  /** A started provider of its own; `stop` it earlier where a test ends it. */
  async provider({ namespace = NAMESPACE }: { namespace?: string | null } = {}): Promise<KubernetesProvider> {
    const configuration = KubernetesConfiguration.parse({
      provider: 'kubernetes',
      user: 'ann',
      kubernetes: {
        namespace,
        volumes: this.claims.map(name => `/mnt/${name}=${name}`).join(','),
        isolation: 'single-owner'
      }
    });
    const api = testApi({ url: this.url, namespace });
    const provider = openKubernetesProvider({ configuration, log: memoryLog(), version: 'test', api });
    this.providers.push(provider);
    await provider.start();
    return provider;
  }

  async end(): Promise<void> {
    this.unsubscribe();
    await Promise.all(this.providers.map(provider => provider.stop()));
    await this.server.stop();
  }

  snapshotClass(name: string, isDefault: boolean, deletionPolicy = 'Delete'): void {
    const annotations = { 'snapshot.storage.kubernetes.io/is-default-class': String(isDefault) };
    const metadata = { name, annotations };
    this.server.store.create({ kind: 'VolumeSnapshotClass', metadata, driver: DRIVER, deletionPolicy });
  }

  /** A snapshot as kubectl makes it, ready. */
  foreignSnapshot(name: string, claim: string): ApiObject {
    return this.server.store.create({
      kind: 'VolumeSnapshot',
      metadata: { name, namespace: NAMESPACE },
      spec: { source: { persistentVolumeClaimName: claim } },
      status: { readyToUse: true, creationTime: '2026-11-20T08:00:00Z', restoreSize: '1Gi' }
    });
  }

  get(kind: string, name: string): ApiObject | null {
    return this.server.store.find({ kind, namespace: NAMESPACE, name });
  }

  /** What a controller writes. */
  status(kind: string, name: string, status: object): void {
    this.server.store.patch({ kind, namespace: NAMESPACE, name }, { status });
  }

  ready(snapshot: string): void {
    this.status('VolumeSnapshot', snapshot, {
      readyToUse: true,
      creationTime: '2026-11-20T08:00:00Z',
      restoreSize: '1Gi',
      boundVolumeSnapshotContentName: `content-of-${snapshot}`,
      error: null
    });
  }

  /** Requests of some verbs since the given one, as `verb resource`. */
  requestsSince(first: number): string[] {
    return this.server.requests.slice(first).map(({ verb, path }) => `${verb} ${path.split('/').slice(-2).join('/')}`);
  }

  /** As the controllers and the driver, a little later. */
  private control({ before, after, removed }: Change): void {
    const { kind, metadata } = after;
    if (before !== null || removed || (after['status'] !== undefined && kind === 'VolumeSnapshot')) {
      return;
    }
    const { spec = {} } = after as { spec?: { source?: { persistentVolumeClaimName?: string } } & CloneSpec };
    setImmediate(() => {
      const source = kind === 'VolumeSnapshot' ? spec.source?.persistentVolumeClaimName : spec.dataSourceRef?.name;
      if (source === undefined || this.get(kind, metadata.name) === null) {
        return;
      }
      this.files.set(metadata.name, this.files.get(source) ?? {});
      if (this.idle) {
        return;
      }
      if (kind === 'VolumeSnapshot') {
        this.ready(metadata.name);
      } else if (spec.storageClassName !== 'cow-wffc') {
        this.status(kind, metadata.name, { phase: 'Bound', capacity: { storage: '1Gi' } });
      }
    });
  }
}

interface CloneSpec {
  readonly dataSourceRef?: { readonly name: string };
  readonly storageClassName?: string;
}
