/**
 * The classes of snapshots and volumes, read rarely: they are an admin's, few, and often not this account's to read.
 * Not knowing them is a state, never an error.
 */
import type { z } from 'zod';
import type { AccountRights } from './accountRights';
import { KubernetesError, type KubernetesApi } from './client/kubernetesApi';
import { paths, SNAPSHOT_GROUP, StorageClass, VolumeSnapshotClass } from './resources';

/** `forbidden`: the account may not read them. `absent`: the cluster has no such kind. `unread`: no answer yet. */
export type Classes<T> =
  | { readonly known: true; readonly items: readonly T[] }
  | { readonly known: false; readonly why: 'forbidden' | 'absent' | 'unread' };

/** What was read is good for so long, ms. */
const GOOD_FOR_MS = 60_000;

/** Both kinds of classes as last read. */
export class StorageClasses {
  private snapshotsRead: Classes<VolumeSnapshotClass> = { known: false, why: 'unread' };
  private volumesRead: Classes<StorageClass> = { known: false, why: 'unread' };
  private readAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | null = null;

  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly api: KubernetesApi,
    private readonly rights: AccountRights
  ) {}

  /** Calls back when other classes were read, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get snapshots(): Classes<VolumeSnapshotClass> {
    return this.snapshotsRead;
  }

  get volumes(): Classes<StorageClass> {
    return this.volumesRead;
  }

  /** The class of a volume; null where it is not known. */
  volumeClass(name: string | null | undefined): StorageClass | null {
    return this.volumesRead.known ? (this.volumesRead.items.find(one => one.metadata.name === name) ?? null) : null;
  }

  /** Reads them unless that was done lately. Never rejects. */
  async refresh(force = false): Promise<void> {
    if (!force && this.reading === null && performance.now() - this.readAt < GOOD_FOR_MS) {
      return;
    }
    this.reading ??= this.read().finally(() => {
      this.reading = null;
    });
    await this.reading;
  }

  private async read(): Promise<void> {
    const before = JSON.stringify([this.snapshotsRead, this.volumesRead]);
    const [snapshots, volumes] = await Promise.all([
      this.list(paths.snapshotClasses, SNAPSHOT_GROUP, 'volumesnapshotclasses', VolumeSnapshotClass),
      this.list(paths.storageClasses, 'storage.k8s.io', 'storageclasses', StorageClass)
    ]);
    this.snapshotsRead = snapshots ?? this.snapshotsRead;
    this.volumesRead = volumes ?? this.volumesRead;
    if (snapshots !== null && volumes !== null) {
      this.readAt = performance.now();
    }
    if (JSON.stringify([this.snapshotsRead, this.volumesRead]) !== before) {
      this.listeners.forEach(listener => listener());
    }
  }

  /** null: there was no answer; what was known before still counts. */
  private async list<T>(path: string, group: string, resource: string, item: z.ZodType<T>): Promise<Classes<T> | null> {
    if (this.rights.may('list', group, resource) === false) {
      return { known: false, why: 'forbidden' };
    }
    try {
      return { known: true, items: (await this.api.list({ path, item })).items };
    } catch (error) {
      const status = error instanceof KubernetesError ? error.status : 0;
      return status === 403 || status === 404 ? { known: false, why: status === 403 ? 'forbidden' : 'absent' } : null;
    }
  }
}
