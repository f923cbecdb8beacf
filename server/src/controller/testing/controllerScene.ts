/**
 * A controller on the API server stand-in: a user's server mounts a claim of which there is a snapshot, and the gate's
 * policy is installed. What a test changes in the cluster it writes into the store.
 */
import { memoryLog, type LogLine } from '../../testing/testSidecar';
import { ApiServer } from '../../testing/apiServer';
import { ApiRefusal } from '../../testing/api/apiRefusal';
import { mergePatch } from '../../testing/api/mergePatch';
import type { ApiObject, NewObject, ObjectReference } from '../../testing/api/objectStore';
import { testApi } from '../../testing/testApi';
import { until } from '../../testing/until';
import type { KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { VolumeRestore, type RestorePhase } from '../../providers/kubernetes/volumeRestore';
import { ControllerSettings } from '../controllerSettings';
import { RestoreController } from '../restoreController';
import type { Strategy } from '../strategy';
import { claimObject, podObject, snapshotObjects, volumeObject } from './clusterSamples';

export const NAMESPACE = 'hub';
export const CLAIM = 'claim-ann';
export const SNAPSHOT = 'claim-ann.before';
export const POD = 'jupyter-ann';

interface Running {
  readonly controller: RestoreController;
  readonly api: KubernetesApi;
}

interface LeftRestore {
  readonly spec?: object;
  readonly status?: object;
  readonly labels?: object;
}

export class ControllerScene {
  /** Time that the controllers see beyond the real one, ms. */
  aheadMs = 0;
  /** Whether the policy of the gate works. */
  gateWorks = true;
  readonly log: LogLine[] = [];
  readonly #running = new Set<Running>();

  private constructor(readonly server: ApiServer) {
    server.admissions.push((operation, object) => this.#gate(operation, object));
  }

  static async open(): Promise<ControllerScene> {
    const scene = new ControllerScene(await ApiServer.start());
    const { store } = scene.server;
    store.create({
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'datamark-restore-gate' }
    });
    store.create({ kind: 'StorageClass', metadata: { name: 'cow' }, provisioner: 'cow.example' });
    const { metadata } = store.create(claimObject(CLAIM));
    store.create(volumeObject('pv-old', { claim: CLAIM, uid: metadata.uid, handle: 'handle-old' }));
    scene.snapshot(SNAPSHOT, { handle: 'handle-old' });
    return scene;
  }

  /** Ends all controllers and the server. */
  async end(): Promise<void> {
    await Promise.all([...this.#running].map(running => this.stop(running.controller)));
    await this.server.stop();
  }

  /** Another controller, started. */
  start(strategies: readonly Strategy[], settings: Partial<ControllerSettings> = {}): RestoreController {
    const api = testApi({ url: this.server.url });
    const controller = new RestoreController({
      api,
      settings: ControllerSettings.parse({ image: 'controller', ...settings }),
      log: memoryLog(this.log),
      strategies,
      clock: () => this.now()
    });
    this.#running.add({ controller, api });
    controller.start();
    return controller;
  }

  async stop(controller: RestoreController): Promise<void> {
    for (const running of this.#running) {
      if (running.controller === controller) {
        this.#running.delete(running);
        await controller.stop();
        await running.api.dispose();
      }
    }
  }

  /** Cuts it off from the cluster at once, in the midst of what it does. */
  async kill(controller: RestoreController): Promise<void> {
    const running = [...this.#running].find(({ controller: one }) => one === controller);
    await Promise.all([running?.api.dispose(), this.stop(controller)]);
  }

  now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }

  /** A ready snapshot with its content. */
  snapshot(name: string, parts: { handle?: string; content?: object; status?: object } = {}): ApiObject {
    const { snapshot, content } = snapshotObjects(name, CLAIM, parts);
    const made = this.server.store.create(snapshot);
    this.server.store.create(content(made.metadata.uid));
    return made;
  }

  /** A pod that mounts the claim. */
  pod(name = POD, change: object = {}): ApiObject {
    return this.server.store.create(mergePatch(podObject(name, CLAIM), change) as NewObject);
  }

  /** Its container ends well; the pod stays, as on a hub until it looks. `phase`: what the kubelet calls it. */
  endPod(name = POD, phase = 'Succeeded'): void {
    const terminated = { exitCode: 0 };
    this.patch('Pod', name, { status: { phase, containerStatuses: [{ name: 'notebook', state: { terminated } }] } });
  }

  /** A VolumeRestore; of the pod of that name, which has to exist, unless null. */
  request(name: string, spec: object = {}, by: string | null = POD): void {
    const requester = by === null ? {} : { requester: { podName: by, podUid: this.get('Pod', by)?.metadata.uid } };
    this.server.store.create({
      kind: 'VolumeRestore',
      metadata: { name, namespace: NAMESPACE },
      spec: {
        claimName: CLAIM,
        ...('undoOf' in spec ? {} : { snapshotName: SNAPSHOT }),
        approved: false,
        cancel: false,
        ...requester,
        ...spec
      }
    });
  }

  /** An approved VolumeRestore as an earlier controller, or somebody, has left it. */
  left(name: string, { spec = {}, status, labels = {} }: LeftRestore): void {
    this.server.store.create({
      kind: 'VolumeRestore',
      metadata: { name, namespace: NAMESPACE, labels: { ...labels } },
      spec: { claimName: CLAIM, snapshotName: SNAPSHOT, approved: true, cancel: false, ...spec },
      ...(status === undefined ? {} : { status })
    });
  }

  approve(name: string): void {
    this.patch('VolumeRestore', name, { spec: { approved: true } });
  }

  cancel(name: string): void {
    this.patch('VolumeRestore', name, { spec: { cancel: true } });
  }

  restore(name: string): VolumeRestore {
    return VolumeRestore.parse(this.get('VolumeRestore', name));
  }

  /** Waits until it is in this phase. */
  async phase(name: string, phase: RestorePhase): Promise<VolumeRestore> {
    await until(() => this.restore(name).status.phase === phase, 10_000).catch((error: unknown) => {
      throw new Error(`${name} is not ${phase}: ${JSON.stringify(this.restore(name).status, null, 1)}`, {
        cause: error
      });
    });
    return this.restore(name);
  }

  /** Waits until a restore that has ended leaves nothing to do. */
  async settled(name: string): Promise<VolumeRestore> {
    await until(() => {
      const { finishedAt, pending } = this.restore(name).status;
      return Boolean(finishedAt) && pending.length === 0;
    }, 10_000);
    return this.restore(name);
  }

  get(kind: string, name: string): ApiObject | null {
    return this.server.store.find(referenceOf(kind, name));
  }

  patch(kind: string, name: string, change: object): void {
    this.server.store.patch(referenceOf(kind, name), change);
  }

  delete(kind: string, name: string): void {
    this.server.store.delete(referenceOf(kind, name));
  }

  /** As deploy/policies/restore-gate.yaml, which the test bed proves. */
  #gate(operation: string, { kind, metadata, spec }: ApiObject): void {
    if (operation !== 'CREATE' || kind !== 'Pod' || !this.gateWorks) {
      return;
    }
    const { volumes } = spec as { volumes: { persistentVolumeClaim?: { claimName: string } }[] };
    for (const object of this.server.store.listAll('VolumeRestore', metadata.namespace ?? null)) {
      const restore = VolumeRestore.parse(object);
      const until = restore.status.gateClosedUntil ?? null;
      const mounts = volumes.some(volume => volume.persistentVolumeClaim?.claimName === restore.spec.claimName);
      if (mounts && until !== null && this.now() <= new Date(until)) {
        throw new ApiRefusal(
          403,
          'Forbidden',
          `pods "${metadata.name}" is forbidden: ValidatingAdmissionPolicy 'datamark-restore-gate' with binding 'datamark-restore-gate' denied request: volume ${restore.spec.claimName} is being restored`
        );
      }
    }
  }
}

const CLUSTER_KINDS = ['PersistentVolume', 'StorageClass', 'VolumeSnapshotContent', 'ValidatingAdmissionPolicyBinding'];

const referenceOf = (kind: string, name: string): ObjectReference =>
  CLUSTER_KINDS.includes(kind) ? { kind, name } : { kind, name, namespace: NAMESPACE };
