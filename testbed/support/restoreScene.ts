// Restores on the test bed: everything the controller needs is installed, the controller runs on this host, and a user's
// server mounts a home with files of which there is a snapshot.
import { BundledSidecar } from '../../server/src/testing/bundledSidecar';
import {
  RESTORE_API_VERSION,
  VolumeRestore,
  type RestorePhase,
  type RestoreSpec
} from '../../server/src/providers/kubernetes/volumeRestore';
import { Refused } from './account';
import { bed } from './bed';
import { hashOfClaim, inPodWith } from './claimContent';
import { packControllerImage } from './controllerImage';
import { controllerToken, installController, uninstallController } from './controllerManifests';
import { HostController } from './hostController';
import { at, type KubernetesObject } from './kubernetesObject';
import { claim, roleFor, serviceAccount, volumeSnapshot } from './manifests';
import { TestCluster } from './testCluster';
import type { TestNamespace } from './testNamespace';
import { TestPod, type PodOptions } from './testPod';
import { waitUntil, type WaitOptions } from './waitUntil';

const KIND = `${RESTORE_API_VERSION}:VolumeRestore`;
const FINAL: readonly RestorePhase[] = ['Succeeded', 'RolledBack', 'Failed', 'Cancelled'];
/** Account of users' servers. */
const ACCOUNT = 'notebook';

interface SceneOptions {
  /** Settings of the controller that differ. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** false: none is started; a test starts its own. */
  readonly start?: boolean;
}

interface ServerOptions {
  readonly pod?: string;
  readonly user?: string;
}

/** A user's server, and the namespace asked with its own token. */
export interface UserServer {
  readonly pod: TestPod;
  readonly name: string;
  readonly uid: string;
  readonly as: TestNamespace;
}

/** Needs the bed; `remove()` in afterAll. */
export class RestoreScene {
  private readonly beside: RestoreScene[] = [];

  private constructor(
    readonly cluster: TestCluster,
    readonly namespace: TestNamespace,
    readonly controller: HostController,
    private readonly bundled: BundledSidecar,
    private readonly token: string
  ) {}

  static async open(name: string, options: SceneOptions = {}): Promise<RestoreScene> {
    if (bed === undefined) {
      throw new Error('Restores are tested on the bed alone: it can be given the image of the controller.');
    }
    const [cluster, bundled] = await Promise.all([TestCluster.open(), BundledSidecar.build()]);
    await packControllerImage(bed, bundled.bundle);
    await installController(cluster);
    return RestoreScene.inNamespace(await cluster.namespace(name), bundled, options);
  }

  /** Another namespace with a controller of its own; removed with this one. */
  async openBeside(name: string, options: SceneOptions = {}): Promise<RestoreScene> {
    const { cluster, bundled } = this;
    const scene = await RestoreScene.inNamespace(await cluster.namespace(name), bundled, options);
    this.beside.push(scene);
    return scene;
  }

  private static async inNamespace(
    namespace: TestNamespace,
    bundled: BundledSidecar,
    { settings, start = true }: SceneOptions
  ): Promise<RestoreScene> {
    const { cluster } = namespace;
    const verbs = ['get', 'list', 'watch', 'create', 'patch'];
    await namespace.create(
      serviceAccount(ACCOUNT),
      ...roleFor(ACCOUNT, namespace.name, ACCOUNT, [
        { groups: ['datamark.github.io'], resources: ['volumerestores'], verbs },
        { groups: ['snapshot.storage.k8s.io'], resources: ['volumesnapshots'], verbs },
        { groups: [''], resources: ['persistentvolumeclaims', 'events'], verbs: ['get', 'list', 'watch'] }
      ])
    );
    const token = await controllerToken(cluster);
    const controller = await HostController.prepare({ bundled, namespace, token, ...(settings && { settings }) });
    const scene = new RestoreScene(cluster, namespace, controller, bundled, token);
    if (start) {
      await controller.start();
    }
    return scene;
  }

  /** A second controller on the same namespace; not started. */
  another(settings?: Readonly<Record<string, unknown>>): Promise<HostController> {
    const { bundled, namespace, token } = this;
    return HostController.prepare({ bundled, namespace, token, ...(settings && { settings }) });
  }

  /** A bound claim of a user, filled by a shell command that runs in it, and a ready snapshot of that. */
  async home(
    name: string,
    {
      fill = 'echo before > file',
      storageClass,
      snapshot = `${name}.before`,
      user = 'ann',
      size,
      accessModes
    }: HomeOptions = {}
  ): Promise<void> {
    await this.namespace.create(
      claim(name, {
        ...(storageClass === undefined ? {} : { storageClass }),
        ...(size === undefined ? {} : { size }),
        ...(accessModes === undefined ? {} : { accessModes }),
        labels: { 'hub.jupyter.org/username': user }
      })
    );
    await inPodWith(this.namespace, name, `{ ${fill}; } && sync`);
    await this.snapshot(snapshot, name);
  }

  /** A ready snapshot. */
  async snapshot(name: string, ofClaim: string): Promise<void> {
    await this.namespace.create(volumeSnapshot(name, ofClaim));
    await this.namespace.waitUntilReady(name);
  }

  /** Starts a user's server: it mounts the claim at /home/jovyan. */
  async server(home: string, { pod = `jupyter-${home}`, user = 'ann' }: ServerOptions = {}): Promise<UserServer> {
    const { namespace } = this;
    const options: PodOptions = {
      claims: { '/home/jovyan': home },
      serviceAccount: ACCOUNT,
      // As a hub's: it ends for good when the program in it ends well.
      restartPolicy: 'OnFailure',
      command: 'while [ ! -e /tmp/shutdown ]; do sleep 0.1; done; exit 0',
      labels: { 'hub.jupyter.org/username': user, component: 'singleuser-server' }
    };
    // Of many at once the last one takes long.
    const started = await TestPod.start(namespace, pod, options, { seconds: 120 });
    const { uid = '' } = (await namespace.get('Pod', pod)).metadata;
    return { pod: started, name: pod, uid, as: namespace.as(await namespace.token(ACCOUNT, { pod })) };
  }

  /** Ends a server as its own shutdown does: its containers terminate, the pod object stays. */
  async shutDown({ pod, name }: UserServer): Promise<void> {
    await pod.sh('touch /tmp/shutdown');
    const ended = (object: KubernetesObject | undefined) =>
      object === undefined || ['Succeeded', 'Failed'].includes(String(at(object, 'status', 'phase')));
    await waitUntil(`pod ${name} to have ended`, async () => ended(await this.namespace.find('Pod', name)));
  }

  /** Asks for a restore: as a server's own account, or without one as the administrator. Returns its name. */
  async request(name: string, spec: Partial<RestoreSpec> & { claimName: string }, by?: UserServer): Promise<string> {
    const requester = by === undefined ? {} : { requester: { podName: by.name, podUid: by.uid } };
    await (by?.as ?? this.namespace).create({
      apiVersion: RESTORE_API_VERSION,
      kind: 'VolumeRestore',
      metadata: { name },
      spec: { ...spec, ...requester }
    });
    return name;
  }

  /** As the administrator, or as a server's own account. */
  async approve(name: string, by?: UserServer): Promise<void> {
    await (by?.as ?? this.namespace).patch(KIND, name, { spec: { approved: true } });
  }

  async cancel(name: string, by?: UserServer): Promise<void> {
    await (by?.as ?? this.namespace).patch(KIND, name, { spec: { cancel: true } });
  }

  /** The restore as it is now. */
  async restore(name: string): Promise<VolumeRestore> {
    return VolumeRestore.parse(await this.namespace.get(KIND, name));
  }

  /** Waits until it is in one of the phases; fails at once when it has ended in another one. */
  async waitForPhase(
    name: string,
    phases: RestorePhase | readonly RestorePhase[],
    options?: WaitOptions
  ): Promise<VolumeRestore> {
    const wanted = typeof phases === 'string' ? [phases] : phases;
    const what = `restore ${name} to be ${wanted.join(' or ')}`;
    let seen: VolumeRestore | undefined;
    const reached = async () => {
      seen = await this.restore(name);
      const { phase } = seen.status;
      return wanted.includes(phase) || FINAL.includes(phase);
    };
    await waitUntil(what, reached, options).catch((error: unknown) => {
      throw new Error(`${String(error)}; its status is ${JSON.stringify(seen?.status, null, 1)}`, { cause: error });
    });
    if (seen === undefined || !wanted.includes(seen.status.phase)) {
      throw new Error(`Waited for ${what}: it is ${JSON.stringify(seen?.status, null, 1)}`);
    }
    return seen;
  }

  /** Waits until nothing is left to do after the end. */
  async waitUntilSettled(name: string, options?: WaitOptions): Promise<VolumeRestore> {
    const settled = async () => {
      const restore = await this.restore(name);
      const { phase, pending } = restore.status;
      return FINAL.includes(phase) && pending.length === 0 ? restore : undefined;
    };
    return waitUntil(`restore ${name} to have nothing pending`, settled, options);
  }

  /** A hash of what a claim holds; nothing else may keep it from being mounted. */
  hashOf(claimName: string): Promise<string> {
    return this.letIn(() => hashOfClaim(this.namespace, claimName));
  }

  /** What a shell command prints that runs in the claim. */
  inClaim(claimName: string, command: string): Promise<string> {
    return this.letIn(() => inPodWith(this.namespace, claimName, command));
  }

  /** Starts a pod with a claim whose restore is over: the API server's policy learns that a moment after its object says so. */
  async letIn<T>(start: () => Promise<T>): Promise<T> {
    const tried = async (): Promise<PromiseSettledResult<T> | undefined> => {
      const [ended] = await Promise.allSettled([start()]);
      return ended.status === 'rejected' && isClosed(ended.reason) ? undefined : ended;
    };
    const ended = await waitUntil('the gate to let a pod in', tried, { every: 20, seconds: 30 });
    if (ended.status === 'rejected') {
      throw ended.reason;
    }
    return ended.value;
  }

  /**
   * What restores have left behind, as `Kind name`: their claims, pods and Jobs, and volumes of this namespace's claims
   * that are bound to none and are not kept for an undo.
   */
  async leftovers(): Promise<string[]> {
    const { namespace, cluster } = this;
    const found: string[] = [];
    for (const kind of ['PersistentVolumeClaim', 'Pod', 'batch/v1:Job']) {
      for (const { metadata } of await namespace.list(kind)) {
        if (metadata.labels?.['datamark.github.io/restore'] !== undefined) {
          found.push(`${kind.replace(/.*:/, '')} ${metadata.name}`);
        }
      }
    }
    for (const volume of await cluster.admin.list('PersistentVolume')) {
      const kept = volume.metadata.annotations?.['datamark.github.io/undo-until'] !== undefined;
      const ours = at(volume, 'spec', 'claimRef', 'namespace') === namespace.name;
      if (ours && !kept && at(volume, 'status', 'phase') !== 'Bound') {
        found.push(`PersistentVolume ${volume.metadata.name}`);
      }
    }
    return found.sort();
  }

  /** Ends the controllers and removes everything, kept volumes too. */
  async remove(): Promise<void> {
    const { cluster, bundled } = this;
    const all = [this, ...this.beside];
    await Promise.all(all.map(({ controller }) => controller.kill()));
    await bundled.remove();
    await uninstallController(cluster);
    await Promise.all(all.map(({ namespace }) => namespace.remove()));
    const names = all.map(({ namespace }) => namespace.name);
    for (const volume of await cluster.admin.list('PersistentVolume')) {
      if (names.includes(String(at(volume, 'spec', 'claimRef', 'namespace')))) {
        const change = { spec: { persistentVolumeReclaimPolicy: 'Delete' } };
        await cluster.admin.patch('PersistentVolume', volume.metadata.name ?? '', change).catch(() => undefined);
      }
    }
    cluster.close();
  }
}

const isClosed = (error: unknown): boolean =>
  error instanceof Refused && error.status === 403 && error.message.includes("'datamark-restore-gate'");

interface HomeOptions {
  /** Shell command, run in the claim. */
  readonly fill?: string;
  readonly storageClass?: string;
  readonly snapshot?: string;
  readonly user?: string;
  readonly size?: string;
  readonly accessModes?: string[];
}
