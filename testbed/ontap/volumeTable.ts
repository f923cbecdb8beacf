// Volumes of the cluster, their snapshots and FlexClones; records only.
import { randomUUID } from 'node:crypto';
import type { EmulatorClock } from './emulatorClock';
import { instant } from './jobStore';
import { badValue, noEntry, OntapError } from './ontapError';

/** So many snapshots of transfers a destination keeps, besides those that a clone hangs on. */
const KEPT_TRANSFERS = 2;

interface NamedObject {
  readonly name: string;
  readonly uuid: string;
}

export interface EmulatedSnapshot extends NamedObject {
  readonly at: number;
  readonly comment?: string | undefined;
}

export interface EmulatedVolume extends NamedObject {
  readonly sequence: number;
  readonly svm: NamedObject;
  /** `dp`: destination of a mirror. */
  type: 'rw' | 'dp';
  readonly size: number;
  readonly at: number;
  readonly snapshots: EmulatedSnapshot[];
  readonly parent: { readonly volume: EmulatedVolume; readonly snapshot: EmulatedSnapshot } | null;
}

export class VolumeTable {
  private readonly _volumes = new Map<string, EmulatedVolume>();
  private readonly _byPath = new Map<string, EmulatedVolume>();
  private _sequence = 0;

  constructor(private readonly _clock: EmulatorClock) {}

  /** Makes one; throws where the SVM has one of that name. */
  add(svm: NamedObject, name: string, type: 'rw' | 'dp', parent: EmulatedVolume['parent'] = null): EmulatedVolume {
    if (this._byPath.has(`${svm.name}:${name}`)) {
      throw new OntapError(409, '917927', `Volume "${name}" already exists in SVM "${svm.name}".`, 'name');
    }
    const volume: EmulatedVolume = {
      ...{ uuid: randomUUID(), name, svm, type, parent },
      ...{ sequence: ++this._sequence, size: parent?.volume.size ?? 2 ** 40, at: this._clock.now(), snapshots: [] }
    };
    this._volumes.set(volume.uuid, volume);
    this._byPath.set(`${svm.name}:${name}`, volume);
    return volume;
  }

  all(): Iterable<EmulatedVolume> {
    return this._volumes.values();
  }

  get(uuid: string): EmulatedVolume {
    const volume = this._volumes.get(uuid);
    if (volume === undefined) {
      throw noEntry();
    }
    return volume;
  }

  /** By `svm:volume`. */
  at(path: string): EmulatedVolume | undefined {
    return this._byPath.get(path);
  }

  delete(uuid: string): void {
    const volume = this.get(uuid);
    if ([...this._volumes.values()].some(({ parent }) => parent?.volume === volume)) {
      throw new OntapError(409, '524486', `Volume "${volume.name}" is busy: it has clones.`);
    }
    this._volumes.delete(uuid);
    this._byPath.delete(`${volume.svm.name}:${volume.name}`);
  }

  /** A clone of a volume, from one of its snapshots. */
  clone(svm: NamedObject, name: string, parentKey: string, snapshotName: string | undefined): EmulatedVolume {
    const parent = [...this._volumes.values()].find(
      one => one.uuid === parentKey || (one.svm === svm && one.name === parentKey)
    );
    if (parent === undefined) {
      throw badValue(parentKey, 'clone.parent_volume.name');
    }
    const snapshot =
      snapshotName === undefined ? parent.snapshots.at(-1) : parent.snapshots.find(one => one.name === snapshotName);
    if (snapshot === undefined) {
      throw badValue(snapshotName ?? '', 'clone.parent_snapshot.name');
    }
    return this.add(svm, name, 'rw', { volume: parent, snapshot });
  }

  /** Takes a snapshot; of a mirror's destination none can be. */
  snapshot(volume: EmulatedVolume, name: string, comment?: string): EmulatedSnapshot {
    if (volume.type === 'dp') {
      throw new OntapError(400, '1638600', 'Snapshots can only be created on read/write (RW) volumes.');
    }
    if (volume.snapshots.some(one => one.name === name)) {
      throw new OntapError(409, '1638539', `A snapshot named "${name}" already exists.`, 'name');
    }
    const made = { uuid: randomUUID(), name, at: this._clock.now(), comment };
    volume.snapshots.push(made);
    return made;
  }

  deleteSnapshot(volume: EmulatedVolume, uuid: string): void {
    const place = volume.snapshots.findIndex(one => one.uuid === uuid);
    const snapshot = volume.snapshots[place];
    if (snapshot === undefined) {
      throw noEntry('snapshot.uuid');
    }
    if (this._isHeld(snapshot)) {
      throw new OntapError(409, '1638555', `The snapshot "${snapshot.name}" is busy: a clone depends on it.`);
    }
    volume.snapshots.splice(place, 1);
  }

  /** A transfer has brought that snapshot; old ones of transfers go. */
  arrived(path: string, name: string, at: number): void {
    const volume = this._byPath.get(path);
    if (volume === undefined || volume.snapshots.some(one => one.name === name)) {
      return;
    }
    volume.snapshots.push({ uuid: randomUUID(), name, at });
    const old = volume.snapshots.filter(one => one.name.startsWith('snapmirror.')).slice(0, -KEPT_TRANSFERS);
    for (const one of old.filter(snapshot => !this._isHeld(snapshot))) {
      volume.snapshots.splice(volume.snapshots.indexOf(one), 1);
    }
  }

  private _isHeld(snapshot: EmulatedSnapshot): boolean {
    return [...this._volumes.values()].some(({ parent }) => parent?.snapshot === snapshot);
  }
}

/** A volume as REST tells it. */
export function volumeRecord(volume: EmulatedVolume): Record<string, unknown> {
  const { uuid, name, svm, type, size, at, parent } = volume;
  const clone =
    parent === null
      ? { is_flexclone: false }
      : {
          is_flexclone: true,
          parent_volume: { uuid: parent.volume.uuid, name: parent.volume.name },
          parent_snapshot: { uuid: parent.snapshot.uuid, name: parent.snapshot.name },
          parent_svm: parent.volume.svm
        };
  const space = { size, available: size, used: 0 };
  const snapmirror = { is_protected: type === 'dp' };
  return {
    uuid,
    name,
    svm,
    type,
    state: 'online',
    style: 'flexvol',
    size,
    space,
    snapmirror,
    clone,
    create_time: instant(at)
  };
}

/** A snapshot as REST tells it. */
export function snapshotRecord(volume: EmulatedVolume, snapshot: EmulatedSnapshot): Record<string, unknown> {
  const { uuid, name, at, comment } = snapshot;
  const owner = { volume: { uuid: volume.uuid, name: volume.name }, svm: volume.svm };
  return { uuid, name, ...owner, create_time: instant(at), ...(comment === undefined ? {} : { comment }) };
}
