/** A preflight on the API server stand-in: a server of the user ann with one claim, and a cluster where all is well. */
import type { CheckFinding } from '../../../../../../contract';
import { KubernetesSettings } from '../../../../kubernetesSettings';
import { JupyterHub } from '../../../../platforms/jupyterhub/jupyterHub';
import { ApiServer } from '../../../../testing/apiServer';
import { testApi } from '../../../../testing/testApi';
import type { KubernetesApi } from '../../client/kubernetesApi';
import { GROUP } from '../../names';
import { StorageClasses } from '../../storageClasses';
import type { ClaimRecord } from '../../volumes/claims';
import { Preflight } from '../preflight';
import { sampleClaim } from './sampleClaims';

const USER = 'hub.jupyter.org/username';
export const ANN = { labels: { [USER]: 'ann' }, annotations: { [USER]: 'ann' } };
export const BOB = { labels: { [USER]: 'bob' }, annotations: { [USER]: 'bob' } };

interface SceneOptions {
  readonly settings?: Partial<KubernetesSettings>;
  readonly claims?: readonly ClaimRecord[];
  /** Stands before the stand-in. */
  readonly around?: (api: KubernetesApi) => KubernetesApi;
  /** Nobody listens at the address. */
  readonly down?: boolean;
  /** The cluster has VolumeRestores. */
  readonly restores?: boolean;
}

/** What a test holds; `end` in afterEach. */
export class PreflightScene {
  private constructor(
    readonly server: ApiServer,
    readonly port: number,
    readonly preflight: Preflight,
    readonly classes: StorageClasses,
    readonly api: KubernetesApi,
    private readonly own: { claims: readonly ClaimRecord[] }
  ) {}

  static async open({
    settings = {},
    claims,
    around = api => api,
    down = false,
    restores = false
  }: SceneOptions = {}): Promise<PreflightScene> {
    const server = await ApiServer.start();
    const { port } = server;
    if (!restores) {
      server.missingGroups.add(GROUP);
    }
    for (const name of ['claim-ann', 'claim-bob'] as const) {
      const { labels, annotations } = name === 'claim-ann' ? ANN : BOB;
      const metadata = { name, namespace: 'hub', labels, annotations };
      server.store.create({ kind: 'PersistentVolumeClaim', metadata, spec: {} });
    }
    server.store.create({ kind: 'StorageClass', metadata: { name: 'cow' }, provisioner: 'cow.example' });
    server.store.create({
      kind: 'VolumeSnapshotClass',
      metadata: { name: 'cow' },
      driver: 'cow.example',
      deletionPolicy: 'Delete'
    });
    const own = { claims: claims ?? [sampleClaim('claim-ann', ANN)] };
    const api = around(testApi({ url: server.url, namespace: 'hub' }));
    const platform = new JupyterHub({
      environment: { user: 'ann', serverName: '', publicHubUrl: null, host: '', baseUrl: '/', cloneOption: null },
      namespace: 'hub',
      pod: 'jupyter-ann'
    });
    const preflight: Preflight = new Preflight({
      api,
      namespace: 'hub',
      settings: KubernetesSettings.parse({ volumes: '/home/jovyan=claim-ann', podName: 'jupyter-ann', ...settings }),
      platform,
      claims: () => ({ list: () => own.claims, ownerLabel: () => 'ann' }),
      classes: () => classes,
      log: { warn: (details: object, message: string) => scene.warnings.push(message, details) },
      times: { pace: { baseMs: 5, capMs: 20 }, againMs: 0 }
    });
    const classes = new StorageClasses(api, preflight);
    const scene = new PreflightScene(server, port, preflight, classes, api, own);
    if (down) {
      await server.stop();
    }
    return scene;
  }

  /** What was logged as going wrong. */
  readonly warnings: unknown[] = [];

  set claims(claims: readonly ClaimRecord[]) {
    this.own.claims = claims;
  }

  /** The account may do everything but this. */
  without(verb: string, resource: string): void {
    const all = ['get', 'list', 'watch', 'create', 'patch', 'delete'];
    const others = ['persistentvolumeclaims', 'volumesnapshots', 'events', 'resourcequotas', 'pods', 'volumerestores'];
    this.server.rules = [
      { verbs: all, apiGroups: ['*'], resources: others.filter(one => one !== resource) },
      { verbs: all.filter(one => one !== verb), apiGroups: ['*'], resources: [resource] },
      { verbs: ['get', 'list'], apiGroups: ['*'], resources: ['storageclasses', 'volumesnapshotclasses', 'csidrivers'] }
    ];
  }

  /** The report, by finding. */
  async report(): Promise<Map<string, CheckFinding>> {
    return new Map((await this.preflight.check()).map(finding => [finding.id, finding]));
  }

  async end(): Promise<void> {
    await this.preflight.stop();
    await this.api.dispose();
    await this.server.stop();
  }
}
