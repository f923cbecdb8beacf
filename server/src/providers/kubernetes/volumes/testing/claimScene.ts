/**
 * A server's claims on the API server stand-in, for tests: one user of a hub whose claim is at /home/jovyan, an account
 * whose rights are those the stand-in enforces, and mounts that exist in words only.
 */
import { KubernetesSettings } from '../../../../kubernetesSettings';
import { identifyPlatform } from '../../../../platforms/identifyPlatform';
import { isAllowed, type AccessRule } from '../../../../testing/api/accessRules';
import { ApiServer } from '../../../../testing/apiServer';
import { testApi } from '../../../../testing/testApi';
import { memoryLog } from '../../../../testing/testSidecar';
import type { AccountRights } from '../../accountRights';
import type { KubernetesApi } from '../../client/kubernetesApi';
import type { ClaimRecord } from '../claims';
import type { Measured } from '../fileSystemSize';
import { ObservedClaims, type ObservedClaimsOptions } from '../observedClaims';

export const GiB = 2 ** 30;
export const VIEW: AccessRule = {
  verbs: ['get', 'list', 'watch'],
  apiGroups: [''],
  resources: ['persistentvolumeclaims']
};
export const GET: AccessRule = { ...VIEW, verbs: ['get'] };
export const PATCH: AccessRule = { ...VIEW, verbs: ['patch'] };
/** Labels and annotations of what is Ann's, as KubeSpawner writes them. */
export const OWN = {
  labels: { 'hub.jupyter.org/username': 'ann' },
  annotations: { 'hub.jupyter.org/username': 'ann' }
};

const HUB = {
  podName: 'jupyter-ann',
  home: '/home/jovyan',
  volumes: '/home/jovyan=claim-ann',
  jupyterHub: { user: 'ann', serverName: '', publicHubUrl: null, host: '', baseUrl: '/', cloneOption: null }
};

type Rights = Pick<AccountRights, 'may' | 'onChange'>;

/** Rights nobody has reviewed. */
export const UNREVIEWED: Rights = { may: () => 'unknown', onChange: () => () => undefined };

export interface SceneOptions {
  readonly settings?: object;
  /** Mount points of this process, by path; true: read-only. */
  readonly mounts?: Readonly<Record<string, boolean>>;
  readonly measured?: Measured;
  readonly rights?: Rights;
  readonly more?: Partial<ObservedClaimsOptions>;
}

/** A new one for each test; `end` after it. */
export class ClaimScene {
  private readonly opened: ObservedClaims[] = [];
  private readonly rightsListeners = new Set<() => void>();

  private constructor(
    readonly server: ApiServer,
    readonly api: KubernetesApi
  ) {}

  static async begin(): Promise<ClaimScene> {
    const server = await ApiServer.start();
    return new ClaimScene(server, testApi({ url: server.url, namespace: 'hub' }));
  }

  async end(): Promise<void> {
    await Promise.all(this.opened.map(claims => claims.stop()));
    await this.api.dispose();
    await this.server.stop();
  }

  /** Claims that are not started yet. */
  observe({ settings, mounts = { '/home/jovyan': false }, measured, rights, more }: SceneOptions = {}): ObservedClaims {
    const parsed = KubernetesSettings.parse({ ...HUB, ...settings });
    const lines = Object.entries(mounts).map(([path, ro]) => `1 0 0:1 / ${path} ${ro ? 'ro' : 'rw'} - ext4 /dev/x rw`);
    const claims = new ObservedClaims({
      api: this.api,
      rights: rights ?? this.reviewed,
      namespace: 'hub',
      settings: parsed,
      places: { home: parsed.home, serverRoot: '/home/jovyan' },
      platform: identifyPlatform(parsed, 'hub'),
      log: memoryLog(),
      readMounts: () => Promise.resolve(lines.join('\n')),
      sizes: { measure: () => Promise.resolve(measured ?? { size: { total: GiB, used: 7, free: GiB - 7 } }) },
      timeoutMs: 1_000,
      measuredForMs: 0,
      ...more
    });
    this.opened.push(claims);
    return claims;
  }

  /** Claims that have been looked at. */
  async observed(options?: SceneOptions): Promise<ObservedClaims> {
    const claims = this.observe(options);
    await claims.start();
    return claims;
  }

  /** Makes a bound claim of Ann's; answers with its uid. */
  makeClaim(name: string, parts: { metadata?: object; spec?: object; status?: object } = {}): string {
    return this.server.store.create({
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'hub', ...OWN, ...parts.metadata },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'fast',
        volumeName: `pv-${name}`,
        ...parts.spec
      },
      status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, ...parts.status }
    }).metadata.uid;
  }

  changeClaim(name: string, patch: object): void {
    const { store } = this.server;
    store.replace(reference(name), store.patched(reference(name), patch));
  }

  deleteClaim(name: string): void {
    this.server.store.delete(reference(name), {});
  }

  labelOf(name: string, label: string): string | undefined {
    return this.server.store.get(reference(name)).metadata.labels?.[label];
  }

  /** What came in so far, for example `watch hub/persistentvolumeclaims`. */
  verbs(): string[] {
    return this.server.requests.map(({ verb, path }) => `${verb} ${path.split('/').slice(-2).join('/')}`);
  }

  /** Gives the account other rights, and tells that they were reviewed. */
  allow(...rules: AccessRule[]): void {
    this.server.rules = rules;
    this.rightsListeners.forEach(listener => listener());
  }

  private readonly reviewed: Rights = {
    may: (verb, group, resource) =>
      isAllowed(this.server.rules, { verb, group, resource, namespace: 'hub', name: null }),
    onChange: listener => {
      this.rightsListeners.add(listener);
      return () => this.rightsListeners.delete(listener);
    }
  };
}

const reference = (name: string): { kind: string; namespace: string; name: string } => ({
  kind: 'PersistentVolumeClaim',
  namespace: 'hub',
  name
});

/** The record of a claim; throws where there is none. */
export function recordOf(claims: ObservedClaims, claim = 'claim-ann'): ClaimRecord {
  const record = claims.get(claim);
  if (record === undefined) {
    throw new Error(`There is no record of ${claim}.`);
  }
  return record;
}
