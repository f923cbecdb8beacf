// A pod that mounts claims and runs a shell command, and what to do with it once it runs.
import { kubectl, tryKubectl, type Finished } from './kubectl';
import { at, type KubernetesObject } from './kubernetesObject';
import type { PodImage } from './testCluster';
import type { TestNamespace } from './testNamespace';
import type { WaitOptions } from './waitUntil';

/** A claim in a pod: at which path, and if it is not the whole of it read-write, how. */
export interface MountedClaim {
  claim: string;
  subPath?: string;
  readOnly?: boolean;
}

export interface PodOptions {
  /** Mount path → claim. */
  claims?: Record<string, string | MountedClaim>;
  /** Run by sh at the start, before the pod waits to be deleted. */
  command?: string;
  serviceAccount?: string;
  /** Mount path → what is projected there, read-only, as `projected.sources` has it. */
  projected?: Record<string, readonly object[]>;
  /** Folders of the host, read-only at the same path. */
  hostPaths?: string[];
  env?: Record<string, string>;
  /** Host names that no DNS knows, with their addresses. */
  hosts?: Record<string, string>;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** Default: Kubernetes' own, Always. */
  restartPolicy?: 'OnFailure' | 'Never';
}

/** The manifest of such a pod. */
export function pod(image: PodImage, name: string, options: PodOptions = {}): KubernetesObject {
  const {
    claims = {},
    command = 'true',
    serviceAccount,
    projected = {},
    hostPaths = [],
    env = {},
    hosts = {},
    labels,
    annotations,
    restartPolicy
  } = options;
  const mounts = Object.entries(claims).map(([mountPath, mounted]) => ({
    mountPath,
    ...(typeof mounted === 'string' ? { claim: mounted } : mounted)
  }));
  const names = [...new Set(mounts.map(mount => mount.claim))];
  const host = [...(image.mountUsr ? ['/usr'] : []), ...hostPaths];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, annotations },
    spec: {
      terminationGracePeriodSeconds: 1,
      ...(restartPolicy === undefined ? {} : { restartPolicy }),
      // The test bed has no cluster DNS.
      dnsPolicy: 'Default',
      ...(Object.keys(hosts).length === 0
        ? {}
        : { hostAliases: Object.entries(hosts).map(([hostname, ip]) => ({ ip, hostnames: [hostname] })) }),
      ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
      containers: [
        {
          name: 'main',
          image: image.name,
          command: ['/bin/sh', '-c', `${command}\nexec sleep 100000`],
          env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
          volumeMounts: [
            ...mounts.map(({ claim, ...mount }) => ({ ...mount, name: `claim${names.indexOf(claim)}` })),
            ...Object.keys(projected).map((mountPath, i) => ({ name: `projected${i}`, mountPath, readOnly: true })),
            ...host.map((path, i) => ({ name: `host${i}`, mountPath: path, readOnly: true }))
          ]
        }
      ],
      volumes: [
        ...names.map((claimName, i) => ({ name: `claim${i}`, persistentVolumeClaim: { claimName } })),
        ...Object.values(projected).map((sources, i) => ({ name: `projected${i}`, projected: { sources } })),
        ...host.map((path, i) => ({ name: `host${i}`, hostPath: { path } }))
      ]
    }
  };
}

/** A running pod. */
export class TestPod {
  private constructor(
    private readonly _namespace: TestNamespace,
    readonly name: string
  ) {}

  /** Creates the pod and waits until it is ready. */
  static async start(
    namespace: TestNamespace,
    name: string,
    options?: PodOptions,
    wait?: WaitOptions
  ): Promise<TestPod> {
    await namespace.create(pod(namespace.cluster.image, name, options));
    return TestPod.existing(namespace, name, wait);
  }

  /** A pod that somebody else makes; waits until it is ready. */
  static async existing(namespace: TestNamespace, name: string, wait?: WaitOptions): Promise<TestPod> {
    await namespace.waitFor('Pod', name, 'ready', isReady, wait);
    return new TestPod(namespace, name);
  }

  /** Runs a shell command in it and returns what it printed; throws if it fails. */
  sh(command: string, options?: { input?: string; seconds?: number }): Promise<string> {
    return kubectl(this._exec(command, options), options);
  }

  /** Runs a shell command in it, whatever its exit code. */
  trySh(command: string, options?: { input?: string; seconds?: number }): Promise<Finished> {
    return tryKubectl(this._exec(command, options), options);
  }

  /** What its main process has printed. */
  logs(): Promise<string> {
    return kubectl(['--namespace', this._namespace.name, 'logs', this.name]);
  }

  /** Deletes it and waits until it is gone. */
  async stop(): Promise<void> {
    await this._namespace.delete('Pod', this.name, { gracePeriodSeconds: 1 });
    await this._namespace.waitUntilGone('Pod', this.name);
  }

  private _exec(command: string, options?: { input?: string }): string[] {
    const stdin = options?.input === undefined ? [] : ['--stdin'];
    return ['--namespace', this._namespace.name, 'exec', ...stdin, this.name, '--', '/bin/sh', '-c', command];
  }
}

function isReady(object: KubernetesObject): boolean {
  const conditions = (at(object, 'status', 'conditions') ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
