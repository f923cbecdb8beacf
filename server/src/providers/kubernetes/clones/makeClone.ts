/**
 * Creating a clone: a claim that is filled from a snapshot or from another claim, by one write. The same request again
 * gives the same object, as with snapshots.
 */
import type { Clone, CreateClone, Snapshot, Volume } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import type { CloneFrom } from '../../provider';
import { clusterProblem } from '../clusterProblem';
import { isNameTaken, MakeOnce, outcomeOf, type Tried } from '../makeOnce';
import { annotations, labels, MANAGED_BY } from '../names';
import { cloneId, slugOf, stampOf } from '../objectNames';
import { bytesOf } from '../quantity';
import { paths, SNAPSHOT_GROUP } from '../resources';
import type { KubernetesServices } from '../services';
import { labelOf } from '../snapshots/describeSnapshot';
import type { ObservedSnapshots } from '../snapshots/observedSnapshots';
import { assertPossible, snapshotNotFound } from '../snapshots/snapshotChecks';
import { PersistentVolumeClaim } from '../volumes/claimResource';
import type { ClaimRecord } from '../volumes/claims';
import { cloneShape, shapeAtSnapshot, shapeOfClaim, type SourceShape } from './cloneShape';
import type { CloneSourceMark } from './cloneSourceMark';
import type { ObservedClones } from './observedClones';

const NAME_LENGTH = 40;
const NAME_TRIES = 20;

/** What the data is taken from. */
interface Source {
  readonly record: ClaimRecord;
  readonly mark: CloneSourceMark;
  readonly shape: SourceShape;
  readonly restoreSize: number | null;
}

/** Makes clones. */
export class MakeClone {
  private readonly once: MakeOnce<PersistentVolumeClaim, Clone>;

  constructor(
    private readonly services: KubernetesServices,
    private readonly snapshots: ObservedSnapshots,
    private readonly clones: ObservedClones
  ) {
    this.once = new MakeOnce({
      api: services.api,
      path: paths.claims(services.namespace),
      item: PersistentVolumeClaim,
      followed: clones,
      show: known => clones.written(known),
      unclear: 'Whether the clone was made before can’t be found out.'
    });
  }

  /** Resolves with the clone that is being made, or with what the same key made before. */
  make(from: CloneFrom, request: CreateClone, operationKey: string | null): Promise<Clone> {
    return this.once.make(operationKey, () => this.makeNew(from, request, operationKey));
  }

  /** What is known of an earlier try. */
  tried(operationKey: string | null): Tried {
    return this.once.tried(operationKey);
  }

  private async makeNew(from: CloneFrom, request: CreateClone, operationKey: string | null): Promise<Clone> {
    const source = 'snapshot' in from ? this.ofSnapshot(from.snapshot) : this.ofVolume(from.volume);
    const { classes, claims } = this.services;
    const shape = cloneShape(source.shape, source.restoreSize, classes.volumes);
    const { claim } = source.record;
    const what = `The clone of ${source.mark.label} was not made.`;
    if (!shape.possible) {
      throw new ProblemError('not-supported', { detail: `${what} ${shape.reason}`, next: shape.fix, object: claim });
    }
    try {
      const volumeId = await claims.markVolumeId(claim);
      for (let number = 1; ; number += 1) {
        const name = request.name ?? this.madeUpName(source, number);
        const id = cloneId(claim, name);
        if (this.clones.get(id) === undefined) {
          const body = this.manifest(id, source, shape, volumeId, operationKey);
          const made = await this.create(id, body, request.name === undefined && number < NAME_TRIES);
          if (made !== null) {
            return this.shown(made);
          }
        } else if (request.name !== undefined || number === NAME_TRIES) {
          throw new ProblemError('already-exists', {
            detail: `${id} exists already.`,
            next: 'Choose another name.',
            object: id
          });
        }
      }
    } catch (error) {
      void classes.refresh(true);
      const made = `the clone of ${source.mark.label} was made`;
      throw clusterProblem(error, { what: outcomeOf(error, { notMade: what, made }), object: claim });
    }
  }

  /** One POST. null: the name is taken, and another may be tried. */
  private async create(id: string, body: object, mayTryAnother: boolean): Promise<PersistentVolumeClaim | null> {
    const { api, namespace } = this.services;
    const path = paths.claims(namespace);
    try {
      return await api.request({ method: 'POST', path, body, schema: PersistentVolumeClaim });
    } catch (error) {
      if (isNameTaken(error)) {
        if (mayTryAnother) {
          return null;
        }
        throw new ProblemError(
          'already-exists',
          { detail: `${id} exists already.`, next: 'Choose another name.', object: id },
          { cause: error }
        );
      }
      throw error;
    }
  }

  private shown(made: PersistentVolumeClaim): Clone {
    const clone = this.clones.written(made);
    if (clone === null) {
      throw new ProblemError('internal', {
        detail: `The clone ${made.metadata.name} was made but can’t be shown.`,
        next: 'Look at the list of clones.',
        object: made.metadata.name
      });
    }
    return clone;
  }

  private ofVolume(id: string): Source {
    const { record, volume } = this.known(id);
    assertPossible(volume, volume.can.clone, 'A clone');
    const shape = shapeOfClaim(record);
    if (shape === null || record.object === null) {
      throw unreadable(record.claim);
    }
    const createdAt = new Date().toISOString();
    return {
      record,
      shape,
      restoreSize: null,
      mark: { kind: 'volume', name: record.claim, uid: null, label: volume.name, claim: record.claim, createdAt }
    };
  }

  private ofSnapshot(name: string): Source {
    const snapshot = this.services.index.get('snapshot', name);
    const object = this.snapshots.get(name);
    if (snapshot === undefined || object === undefined) {
      throw snapshotNotFound(name);
    }
    assertComplete(snapshot);
    const { record, volume } = this.known(snapshot.volume);
    assertPossible(volume, volume.can.clone, 'A clone');
    const now = shapeOfClaim(record);
    const then = shapeAtSnapshot(object);
    const shape = then ?? now;
    if (shape === null) {
      throw unreadable(record.claim);
    }
    return {
      record,
      // The driver and the class of today are what can make it; the size and the modes are those of the snapshot.
      shape: now === null ? shape : { ...shape, storageClass: now.storageClass, driver: now.driver },
      restoreSize: bytesOf(object.status.restoreSize),
      mark: {
        kind: 'snapshot',
        name,
        uid: snapshot.uid,
        label: labelOf(snapshot),
        claim: record.claim,
        createdAt: snapshot.createdAt,
        ...(snapshot.exported === undefined ? {} : { exported: snapshot.exported })
      }
    };
  }

  private known(volume: string): { record: ClaimRecord; volume: Volume } {
    const record = this.services.claims.get(volume);
    const shown = this.services.index.get('volume', volume);
    if (record === undefined || shown === undefined) {
      throw new ProblemError('volume-not-found', {
        detail: `There is no volume ${volume}.`,
        next: 'Look at the list of volumes.',
        object: volume
      });
    }
    return { record, volume: shown };
  }

  /** From what the source is called; a number behind it from the second on. */
  private madeUpName({ mark }: Source, number: number): string {
    const fallback = `copy-${stampOf(new Date())}`;
    const words = mark.kind === 'volume' || mark.label === mark.name ? fallback : mark.label;
    const name = slugOf(words, NAME_LENGTH, fallback);
    return number === 1 ? name : `${name}-${number}`;
  }

  private manifest(
    id: string,
    { mark }: Source,
    shape: Extract<ReturnType<typeof cloneShape>, { possible: true }>,
    volumeId: string,
    operationKey: string | null
  ): object {
    const { user } = this.services;
    const owner = this.services.ownerLabel();
    const ref =
      mark.kind === 'snapshot'
        ? { apiGroup: SNAPSHOT_GROUP, kind: 'VolumeSnapshot', name: mark.name }
        : { kind: 'PersistentVolumeClaim', name: mark.name };
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: id,
        labels: {
          [labels.sourceVolumeId]: volumeId,
          [labels.origin]: 'datamark',
          [labels.managedBy]: MANAGED_BY,
          ...(operationKey === null ? {} : { [labels.operation]: operationKey }),
          ...(owner === null ? {} : { [labels.owner]: owner })
        },
        annotations: {
          [annotations.source]: JSON.stringify(mark),
          ...(user === null ? {} : { [annotations.createdBy]: user })
        }
      },
      spec: {
        accessModes: shape.accessModes,
        volumeMode: shape.volumeMode,
        ...(shape.storageClass === null ? {} : { storageClassName: shape.storageClass }),
        resources: { requests: { storage: String(shape.bytes) } },
        dataSourceRef: ref
      }
    };
  }
}

/** Only what is complete can be cloned. */
function assertComplete(snapshot: Snapshot): void {
  if (snapshot.state.phase !== 'ready') {
    throw new ProblemError('not-ready', {
      detail: `${labelOf(snapshot)} is not complete, so it can’t be cloned.`,
      next: 'Wait until it is ready, or clone another one.',
      object: snapshot.name
    });
  }
}

const unreadable = (claim: string): ProblemError =>
  new ProblemError('not-supported', {
    detail: `The claim ${claim} can’t be read, so a clone of it can’t be described.`,
    next: 'Ask an admin for the right to read the claim.',
    object: claim
  });
