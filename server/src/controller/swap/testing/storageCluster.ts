/**
 * The API server stand-in with what Kubernetes does around volumes: a binder, a provisioner, the protection of claims, a
 * kubelet. What the storage holds is a text per handle, so that what is lost shows. Measured behaviour: docs/adr/0019.
 */
import { ApiServer } from '../../../testing/apiServer';
import type { ApiObject, NewObject } from '../../../testing/api/objectStore';
import { bytesOf } from '../../../providers/kubernetes/quantity';
import type { Claim, Pod, Volume } from './storageObjects';

export const NAMESPACE = 'hub';
export const DRIVER = 'cow.example';
const PROTECTION = 'kubernetes.io/pvc-protection';

/** `end` in afterEach. */
export class StorageCluster {
  /** What the storage holds, by handle. */
  readonly stored = new Map<string, string>();
  /** What snapshots hold, by name. */
  readonly snapshots = new Map<string, string>();
  /** Policy of volumes that are made. */
  reclaimPolicy = 'Delete';
  /** What the provisioner says instead of making a volume. */
  provisioningFails: string | null = null;
  /** No volume is made yet, and nothing is said. */
  isSlow = false;
  /** The binder has not read yet for which names volumes are reserved. */
  bindsLate = false;
  /** What the scheduler says of check pods, again and again. */
  schedulerSays: string | null = null;
  /** How check pods end; Running: the kubelet has told that the container ended well, and never calls the pod Succeeded. */
  podsEnd: 'Succeeded' | 'Running' | 'Failed' | 'Pending' = 'Succeeded';
  private made = 0;
  private due = false;
  private readonly unsubscribe: () => void;

  private constructor(readonly server: ApiServer) {
    this.unsubscribe = server.store.subscribe(() => this.wake());
  }

  static async open(): Promise<StorageCluster> {
    return new StorageCluster(await ApiServer.start());
  }

  async end(): Promise<void> {
    this.unsubscribe();
    await this.server.stop();
  }

  /** A bound claim whose volume holds this text. */
  async claim(
    name: string,
    content: string,
    more: { labels?: object; annotations?: object; ownerReferences?: object[] } = {}
  ): Promise<void> {
    this.create('PersistentVolumeClaim', name, {
      metadata: more,
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'cow',
        volumeMode: 'Filesystem',
        resources: { requests: { storage: '1Gi' } }
      },
      status: { phase: 'Pending' }
    });
    await this.idle();
    this.write(name, content);
  }

  /** As a pod that mounts the claim would. */
  write(claim: string, content: string): void {
    this.stored.set(this.handleOf(claim), content);
  }

  /** What a pod that mounts the claim would see; null: it has no volume. */
  read(claim: string): string | null {
    const found = this.find<Claim>('PersistentVolumeClaim', claim);
    return found?.status?.phase === 'Bound' ? (this.stored.get(this.handleOf(claim)) ?? null) : null;
  }

  /** A ready snapshot of a claim. */
  snapshot(name: string, claim: string): void {
    this.snapshots.set(name, this.read(claim) ?? '');
    this.create('VolumeSnapshot', name, {
      spec: { source: { persistentVolumeClaimName: claim } },
      status: { readyToUse: true, restoreSize: '1Gi', boundVolumeSnapshotContentName: `content-${name}` }
    });
  }

  create(kind: string, name: string, parts: { metadata?: object; [field: string]: unknown }): ApiObject {
    const { metadata, ...rest } = parts;
    const object: NewObject = { kind, metadata: { ...metadata, name, namespace: NAMESPACE }, ...rest };
    return this.server.store.create(object);
  }

  find<T extends ApiObject = ApiObject>(kind: string, name: string): T | null {
    return this.server.store.find({ kind, namespace: NAMESPACE, name }) as T | null;
  }

  /** All volumes as `content policy phase claim`, sorted; content `gone` where the storage has freed it. */
  get volumes(): string[] {
    return this.all<Volume>('PersistentVolume')
      .map(({ spec, status }) => {
        const content = this.stored.get(spec.csi.volumeHandle) ?? 'gone';
        return `${content} ${spec.persistentVolumeReclaimPolicy} ${status?.phase ?? ''} ${spec.claimRef?.name ?? ''}`;
      })
      .sort();
  }

  /** Names of claims and pods, sorted. */
  get objects(): string[] {
    return [...this.all('PersistentVolumeClaim'), ...this.all('Pod')]
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      .sort();
  }

  /** The volume behind a claim. */
  volumeOf(claim: string): Volume {
    const name = this.find<Claim>('PersistentVolumeClaim', claim)?.spec.volumeName ?? '';
    const volume = this.all<Volume>('PersistentVolume').find(({ metadata }) => metadata.name === name);
    if (volume === undefined) {
      throw new Error(`Claim ${claim} has no volume.`);
    }
    return volume;
  }

  /** The storage makes what it was asked for, and the binder knows all. */
  goOn(): void {
    this.isSlow = false;
    this.bindsLate = false;
    this.wake();
  }

  /** Until the controllers have nothing to do. */
  async idle(): Promise<void> {
    do {
      await new Promise(resolve => setImmediate(resolve));
    } while (this.due);
  }

  private handleOf(claim: string): string {
    return this.volumeOf(claim).spec.csi.volumeHandle;
  }

  private all<T extends ApiObject>(kind: string): T[] {
    return this.server.store.listAll(kind) as T[];
  }

  private wake(): void {
    if (!this.due) {
      this.due = true;
      setImmediate(() => {
        this.due = false;
        this.control();
      });
    }
  }

  /** One round of all controllers; what they change wakes them again. */
  private control(): void {
    const pods = this.all<Pod>('Pod');
    const used = new Set(
      pods.flatMap(({ spec }) => spec.volumes ?? []).map(volume => volume.persistentVolumeClaim?.claimName ?? '')
    );
    this.all<Claim>('PersistentVolumeClaim').forEach(claim => this.controlClaim(claim, used));
    this.all<Volume>('PersistentVolume').forEach(volume => this.controlVolume(volume));
    pods.forEach(pod => this.controlPod(pod));
  }

  private controlClaim(claim: Claim, used: ReadonlySet<string>): void {
    const { metadata, status } = claim;
    const finalizers = metadata.finalizers ?? [];
    if (metadata.deletionTimestamp !== undefined) {
      if (!used.has(metadata.name) && finalizers.includes(PROTECTION)) {
        this.patch(claim, { metadata: { finalizers: finalizers.filter(one => one !== PROTECTION) } });
      }
    } else if (!finalizers.includes(PROTECTION)) {
      this.patch(claim, { metadata: { finalizers: [...finalizers, PROTECTION] } });
    } else if (status?.phase !== 'Bound' && status?.phase !== 'Lost') {
      this.bind(claim, used);
    }
  }

  private bind(claim: Claim, used: ReadonlySet<string>): void {
    const { metadata, spec } = claim;
    if (metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined) {
      this.patch(claim, { status: { phase: 'Lost' } });
      return;
    }
    const volume = this.all<Volume>('PersistentVolume').find(one => this.isFor(one, claim));
    if (volume !== undefined) {
      this.patch(volume, { spec: { claimRef: { uid: metadata.uid } }, status: { phase: 'Bound' } });
      this.patch(claim, {
        metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
        spec: { volumeName: volume.metadata.name },
        status: { phase: 'Bound', capacity: volume.spec.capacity, accessModes: spec.accessModes }
      });
    } else if ((spec.volumeName ?? '') === '' && (spec.storageClassName !== 'cow-wffc' || used.has(metadata.name))) {
      this.provision(claim);
    }
  }

  /** A volume that is named takes any claim; one that is reserved takes what fits, of whatever class. */
  private isFor({ metadata, spec }: Volume, { metadata: claim, spec: wanted }: Claim): boolean {
    const { claimRef } = spec;
    if (claimRef?.name !== claim.name || (claimRef.uid ?? claim.uid) !== claim.uid) {
      return false;
    }
    if ((wanted.volumeName ?? '') !== '') {
      return wanted.volumeName === metadata.name;
    }
    if (this.bindsLate && claimRef.uid === undefined) {
      return false;
    }
    const fits = (bytesOf(wanted.resources.requests.storage) ?? 0) <= (bytesOf(spec.capacity.storage) ?? 0);
    return fits && wanted.accessModes.every(mode => spec.accessModes.includes(mode));
  }

  private provision(claim: Claim): void {
    const { metadata, spec } = claim;
    if (this.isSlow) {
      return;
    }
    if (this.provisioningFails !== null) {
      const name = `${metadata.name}.failed`;
      if (this.find('Event', name) === null) {
        const involvedObject = { kind: 'PersistentVolumeClaim', name: metadata.name, uid: metadata.uid };
        this.create('Event', name, {
          involvedObject,
          type: 'Warning',
          reason: 'ProvisioningFailed',
          message: this.provisioningFails
        });
      }
      return;
    }
    const handle = `handle-${++this.made}`;
    this.stored.set(handle, this.snapshots.get(spec.dataSourceRef?.name ?? '') ?? 'empty');
    this.server.store.create({
      kind: 'PersistentVolume',
      metadata: { name: `pvc-${metadata.uid}` },
      spec: {
        persistentVolumeReclaimPolicy: this.reclaimPolicy,
        storageClassName: spec.storageClassName,
        capacity: { storage: spec.resources.requests.storage },
        accessModes: spec.accessModes,
        csi: { driver: DRIVER, volumeHandle: handle },
        claimRef: { namespace: NAMESPACE, name: metadata.name, uid: metadata.uid }
      },
      status: { phase: 'Pending' }
    });
  }

  private controlVolume(volume: Volume): void {
    const { metadata, spec, status } = volume;
    const { claimRef } = spec;
    const claim = claimRef === undefined ? null : this.find('PersistentVolumeClaim', claimRef.name);
    if (claimRef === undefined || claimRef.uid === undefined) {
      if (!this.bindsLate) {
        this.phase(volume, 'Available');
      }
    } else if (claim?.metadata.uid !== claimRef.uid) {
      this.phase(volume, 'Released');
      if (spec.persistentVolumeReclaimPolicy === 'Delete') {
        this.stored.delete(spec.csi.volumeHandle);
        this.server.store.delete({ kind: 'PersistentVolume', name: metadata.name });
      }
    } else if (status?.phase === 'Released') {
      this.phase(volume, 'Bound');
    }
  }

  private controlPod(pod: Pod): void {
    const claims = (pod.spec.volumes ?? []).map(volume => volume.persistentVolumeClaim?.claimName ?? '');
    const isBound = claims.every(name => this.find<Claim>('PersistentVolumeClaim', name)?.status?.phase === 'Bound');
    const event = `${pod.metadata.name}.unscheduled`;
    if (this.schedulerSays !== null && this.find('Event', event) === null) {
      const involvedObject = { kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid };
      this.create('Event', event, {
        involvedObject,
        type: 'Warning',
        reason: 'FailedScheduling',
        message: this.schedulerSays
      });
    }
    if (isBound && pod.status?.phase === undefined && pod.metadata.name.startsWith('datamark-check-')) {
      const terminated = { exitCode: 0, reason: 'Completed' };
      const ended = this.podsEnd === 'Running' ? { containerStatuses: [{ name: 'check', state: { terminated } }] } : {};
      this.patch(pod, { status: { phase: this.podsEnd, ...ended } });
    }
  }

  private phase(volume: Volume, phase: string): void {
    if (volume.status?.phase !== phase) {
      this.patch(volume, { status: { phase } });
    }
  }

  /** As the controllers write; the object may be gone meanwhile. */
  private patch({ kind, metadata }: ApiObject, change: object): void {
    const reference = {
      kind,
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace })
    };
    if (this.server.store.find(reference)?.metadata.uid === metadata.uid) {
      this.server.store.patch(reference, change);
    }
  }
}
