/**
 * Creating a VolumeRestore: one write. The same request again gives the same object, also when its answer was lost, by
 * the label `operation` and by the name that was chosen.
 */
import type { Restore, Volume } from '../../../../../contract';
import { ProblemError } from '../../../problemError';
import { KubernetesError } from '../client/kubernetesApi';
import { clusterProblem } from '../clusterProblem';
import { createNamed, isNameTaken, MakeOnce, NAME_TRIES, outcomeOf, type Tried } from '../makeOnce';
import { snapshotName } from '../objectNames';
import type { KubernetesServices } from '../services';
import { assertPossible } from '../snapshots/snapshotChecks';
import { isUnknownField, restorePath, STRICTLY, type RestoreSpec, type VolumeRestore } from '../volumeRestore';
import type { ObservedRestores } from './observedRestores';
import { ownPodIdentity } from './ownPodIdentity';
import { restoreManifest } from './restoreManifest';
import { ShownRestore } from './shownRestore';

export interface WantedRestore {
  /** The volume's id, its claim's name. */
  readonly volume: string;
  readonly what: Omit<RestoreSpec, 'claimName' | 'requester' | 'approved' | 'cancel'>;
  /** What comes back, in words, and when it was so. */
  readonly label: string;
  readonly createdAt: string;
  readonly operationKey: string | null;
}

/** Makes restores, planned by nobody yet. */
export class MakeRestore {
  private readonly once: MakeOnce<VolumeRestore, Restore>;

  constructor(
    private readonly services: KubernetesServices,
    private readonly observed: ObservedRestores
  ) {
    this.once = new MakeOnce({
      api: services.api,
      path: restorePath(services.namespace),
      item: ShownRestore,
      followed: observed,
      show: known => observed.written(known),
      unclear: 'Whether the restore was asked for before can’t be found out.'
    });
  }

  /** Resolves with the restore that is being planned, or with what the same key made before. */
  make(wanted: WantedRestore): Promise<Restore> {
    return this.once.make(wanted.operationKey, () => this.makeNew(wanted));
  }

  /** What is known of an earlier try. */
  tried(operationKey: string | null): Tried {
    return this.once.tried(operationKey);
  }

  private async makeNew({ volume: id, what, ...words }: WantedRestore): Promise<Restore> {
    const { services } = this;
    const record = services.claims.get(id);
    const volume = services.index.get('volume', id);
    if (record === undefined || volume === undefined) {
      throw new ProblemError('volume-not-found', {
        detail: `There is no volume ${id}.`,
        next: 'Look at the list of volumes.',
        object: id
      });
    }
    if (what.strategy === 'files') {
      assertFilesPossible(volume);
    } else {
      assertPossible(volume, volume.can.restore, 'A restore');
    }
    try {
      const [volumeId, requester] = await Promise.all([
        services.claims.markVolumeId(record.claim),
        ownPodIdentity(services.api)
      ]);
      const manifest = (name: string): object =>
        restoreManifest({
          ...words,
          name,
          spec: { claimName: record.claim, ...what },
          volumeId,
          requester,
          user: services.user,
          ownerLabel: services.ownerLabel()
        });
      for (let tries = 1; ; tries += 1) {
        const name = snapshotName(record.claim, new Date(), 3 + tries);
        try {
          return this.observed.written(await this.create(name, manifest(name)));
        } catch (error) {
          if (!isNameTaken(error) || tries === NAME_TRIES) {
            throw error;
          }
        }
      }
    } catch (error) {
      const words = { notMade: `${volume.name} is not restored.`, made: `the restore of ${volume.name} was asked for` };
      throw olderDefinition(error, id) ?? clusterProblem(error, { what: outcomeOf(error, words), object: id });
    }
  }

  /**
   * A field that the cluster's definition does not know is refused, not dropped: a restore of files would become one of
   * all.
   */
  private create(name: string, body: object): Promise<VolumeRestore> {
    const { api, namespace } = this.services;
    const path = restorePath(namespace);
    return createNamed(api, { path, name, body, query: STRICTLY, schema: ShownRestore });
  }
}

function assertFilesPossible({ id, name, can: { files } }: Volume): void {
  if (!files.available) {
    throw new ProblemError('not-supported', {
      detail: `Files of ${name} can’t be copied back. ${files.reason}`,
      next: files.fix,
      object: id
    });
  }
}

/** Where the cluster does not know what is sent; null: it is refused for something else. */
export function olderDefinition(error: unknown, object: string): ProblemError | null {
  return error instanceof KubernetesError && isUnknownField(error)
    ? new ProblemError(
        'not-supported',
        {
          detail:
            'The cluster’s definition of VolumeRestore is older than this Datamark, so this can’t be asked of it.',
          next: 'Ask an admin to apply deploy/crd/volumerestores.yaml of this version.',
          object
        },
        { cause: error }
      )
    : null;
}
