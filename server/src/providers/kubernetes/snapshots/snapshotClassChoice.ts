/**
 * Which VolumeSnapshotClass a snapshot gets. The cluster's own rule: the class of the volume's driver that is marked as
 * default; none or several are an error there (external-snapshotter pkg/common-controller, SetDefaultSnapshotClass). Pure.
 */
import type { VolumeSnapshotClass } from '../resources';
import type { Classes } from '../storageClasses';

/** `name` null: left out, and the cluster chooses. */
export type ClassChoice =
  | { readonly possible: true; readonly name: string | null; readonly deletionPolicy: string | null }
  | { readonly possible: false; readonly reason: string; readonly fix: string };

const DEFAULT = 'snapshot.storage.kubernetes.io/is-default-class';

export interface ChoiceInput {
  readonly classes: Classes<VolumeSnapshotClass>;
  readonly driver: string | null;
  /** The class that the configuration names. */
  readonly configured: string | null;
}

/** The class, or why there is none to take. */
export function chooseSnapshotClass({ classes, driver, configured }: ChoiceInput): ClassChoice {
  if (!classes.known) {
    return classes.why === 'absent'
      ? {
          possible: false,
          reason: 'This cluster has no VolumeSnapshots.',
          fix: 'Ask an admin to install the snapshot controller and its CRDs.'
        }
      : { possible: true, name: configured, deletionPolicy: null };
  }
  const take = ({ metadata, deletionPolicy }: VolumeSnapshotClass): ClassChoice => ({
    possible: true,
    name: metadata.name,
    deletionPolicy
  });
  if (configured !== null) {
    return chooseConfigured(classes.items, configured, driver, take);
  }
  if (driver === null) {
    return { possible: true, name: null, deletionPolicy: null };
  }
  const fitting = classes.items.filter(one => one.driver === driver);
  const defaults = fitting.filter(one => one.metadata.annotations[DEFAULT] === 'true');
  const [only] = defaults.length > 0 ? defaults : fitting;
  if (only === undefined) {
    return {
      possible: false,
      reason: `No VolumeSnapshotClass exists for its driver, ${driver}.`,
      fix: 'Ask an admin to add one.'
    };
  }
  if (defaults.length > 1) {
    return {
      possible: false,
      reason: `Several VolumeSnapshotClasses of ${driver} are marked as default: ${namesOf(defaults)}.`,
      fix: 'Ask an admin to leave one default, or to name the class to use in Datamark’s configuration.'
    };
  }
  if (defaults.length === 0 && fitting.length > 1) {
    return {
      possible: false,
      reason: `Several VolumeSnapshotClasses fit ${driver} and none is marked as default: ${namesOf(fitting)}.`,
      fix: 'Ask an admin to mark one as default, or to name the class to use in Datamark’s configuration.'
    };
  }
  return take(only);
}

function chooseConfigured(
  classes: readonly VolumeSnapshotClass[],
  configured: string,
  driver: string | null,
  take: (one: VolumeSnapshotClass) => ClassChoice
): ClassChoice {
  const fix = 'Ask an admin to name another class in Datamark’s configuration.';
  const named = classes.find(one => one.metadata.name === configured);
  if (named === undefined) {
    return { possible: false, reason: `The configured VolumeSnapshotClass ${configured} does not exist.`, fix };
  }
  return driver === null || named.driver === driver
    ? take(named)
    : {
        possible: false,
        reason: `The configured VolumeSnapshotClass ${configured} is of the driver ${named.driver}, not of ${driver}.`,
        fix
      };
}

const namesOf = (classes: readonly VolumeSnapshotClass[]): string =>
  classes
    .map(one => one.metadata.name)
    .sort()
    .join(', ');
