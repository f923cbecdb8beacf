/** What the report says of the snapshot API, of classes and drivers, and of the volumes themselves. Pure. */
import type { Capability } from '../../../../../contract';
import { chooseSnapshotClass } from '../snapshots/snapshotClassChoice';
import type { Classes } from '../storageClasses';
import type { StorageClass, VolumeSnapshotClass } from '../resources';
import type { ClaimRecord } from '../volumes/claims';
import type { ServedApi } from './clusterFacts';
import { fine, off, unknown, warning, type Found } from './found';

export interface StorageInput {
  readonly snapshotApi: ServedApi;
  readonly snapshotClasses: Classes<VolumeSnapshotClass>;
  readonly storageClasses: Classes<StorageClass>;
  readonly claims: readonly ClaimRecord[];
  /** VolumeSnapshotClass that an admin named; null: none. */
  readonly configuredClass: string | null;
  readonly missingDrivers: readonly string[];
  /** Lets the account read classes; null: not known how. */
  readonly grantClasses: string | null;
}

const INSTALL_CRDS =
  'kubectl kustomize https://github.com/kubernetes-csi/external-snapshotter/client/config/crd | kubectl create -f -';

/** One for the API, one for the classes where they can't be read, one for each volume that can't have snapshots. */
export function storageFindings(input: StorageInput): Found[] {
  const { snapshotApi } = input;
  const title = 'Snapshot API';
  if (snapshotApi.state === 'absent') {
    return [
      off(['list', 'snapshot', 'delete', 'hold'], {
        id: 'snapshot-api',
        title,
        message: 'This cluster has no VolumeSnapshots: their CRDs are not installed.',
        fix: 'An admin can install the CRDs, and the snapshot controller that serves them:',
        command: INSTALL_CRDS,
        docs: 'snapshot-api'
      }),
      ...waitingFindings(input)
    ];
  }
  return [apiFinding(input), ...classFindings(input), ...driverFindings(input), ...waitingFindings(input)];
}

function apiFinding({ snapshotApi, snapshotClasses }: StorageInput): Found {
  const parts = { id: 'snapshot-api', title: 'Snapshot API', docs: 'snapshot-api' };
  if (snapshotApi.state === 'unknown') {
    const message = `Whether this cluster has VolumeSnapshots can’t be found out: ${snapshotApi.error.message}`;
    return unknown({ ...parts, message, fix: 'Check again in a minute.' });
  }
  if (!snapshotClasses.known) {
    return fine({ ...parts, message: 'snapshot.storage.k8s.io/v1.' });
  }
  const names = snapshotClasses.items.map(({ metadata }) => metadata.name).sort();
  const classes = names.length === 0 ? 'no class' : `${counted(names.length, 'class', 'classes')}: ${names.join(', ')}`;
  return fine({ ...parts, message: `snapshot.storage.k8s.io/v1, ${classes}.` });
}

function classFindings({ snapshotClasses, grantClasses }: StorageInput): Found[] {
  if (snapshotClasses.known || snapshotClasses.why !== 'forbidden') {
    return [];
  }
  return [
    unknown({
      id: 'snapshot-classes',
      title: 'Snapshot classes',
      message: 'This account may not read VolumeSnapshotClasses: a missing one shows only when a snapshot fails.',
      fix: 'This is optional. An admin can grant it with the role datamark-cluster-viewer.',
      command: grantClasses,
      docs: 'snapshot-classes'
    })
  ];
}

/** Volumes whose driver has no class to take. */
function driverFindings(input: StorageInput): Found[] {
  const choices = input.claims.map(record => ({
    record,
    choice: chooseSnapshotClass({
      classes: input.snapshotClasses,
      driver: record.driver,
      configured: input.configuredClass
    })
  }));
  const spared = choices.filter(({ choice }) => choice.possible).map(({ record }) => record.volume.name);
  return choices.flatMap(({ record, choice }) => {
    if (choice.possible) {
      return [];
    }
    const gone = record.driver !== null && input.missingDrivers.includes(record.driver);
    const others = spared.length === 0 ? '' : ` ${listed(spared)} ${spared.length === 1 ? 'is' : 'are'} not affected.`;
    return [
      off(
        ['snapshot'],
        {
          id: `snapshot-class/${record.claim}`,
          title: `Snapshots of ${record.volume.name}`,
          message: gone ? `${choice.reason} The driver is not installed as a CSI driver.` : choice.reason,
          fix: `${choice.fix}${others}`,
          object: record.volume.name,
          docs: 'snapshot-classes'
        },
        record.claim
      )
    ];
  });
}

/** Classes that wait for a first pod: no fault, but a clone stays pending until somebody mounts it. */
function waitingFindings({ storageClasses, claims }: StorageInput): Found[] {
  if (!storageClasses.known) {
    return [];
  }
  const used = new Set(claims.map(({ volume }) => volume.storageClass));
  const waiting = storageClasses.items
    .filter(
      ({ metadata, volumeBindingMode }) => volumeBindingMode === 'WaitForFirstConsumer' && used.has(metadata.name)
    )
    .map(({ metadata }) => metadata.name)
    .sort();
  return waiting.length === 0
    ? []
    : [
        fine({
          id: 'first-consumer',
          title: 'First use of clones',
          message: `A clone of class ${listed(waiting)} gets its data when a server first mounts it; until then it waits, which is normal here.`,
          docs: 'waitforfirstconsumer'
        })
      ];
}

export interface VolumesInput {
  readonly claims: readonly ClaimRecord[];
  /** false: they are still being looked for. */
  readonly known: boolean;
  /** Whether DATAMARK_VOLUMES is set. */
  readonly declared: boolean;
  /** Whether the account may read its own pod. */
  readonly mayReadPod: boolean;
  readonly account: string;
  readonly namespace: string;
  readonly podName: string | null;
}

/** Whether the server's volumes are known, and what each of them rules out by itself. */
export function volumeFindings(input: VolumesInput): Found[] {
  const { claims, known, declared, mayReadPod, namespace, podName } = input;
  const parts = { id: 'volumes', title: 'Your volumes', docs: 'volumes' };
  if (claims.length > 0) {
    const where = podName === null ? `in ${namespace}` : `in pod ${podName}`;
    const message = `${claims.length} found ${where}${declared ? ', named by DATAMARK_VOLUMES' : ''}.`;
    return [fine({ ...parts, message }), ...claims.flatMap(ownLimits)];
  }
  if (!known) {
    return [unknown({ ...parts, message: 'They are still being looked for.', fix: 'Check again in a few seconds.' })];
  }
  const fix = 'An admin can set DATAMARK_VOLUMES in the pod template; docs/check.md has the lines.';
  if (!declared && !mayReadPod) {
    const message = `Nothing says which claims this server mounts: DATAMARK_VOLUMES is not set, and ${input.account} may not get pods in ${namespace}.`;
    return [off(['list', 'snapshot', 'clone'], { ...parts, message, fix })];
  }
  return [warning({ ...parts, message: 'No PersistentVolumeClaim is mounted here.', fix })];
}

/** What a claim rules out itself: shared, gone, not bound. */
function ownLimits({ claim, volume }: ClaimRecord): Found[] {
  const { snapshot, clone } = volume.can;
  const same = !snapshot.available && !clone.available && snapshot.reason === clone.reason;
  const one = (affects: ('snapshot' | 'clone')[], what: string, can: Capability): Found[] =>
    can.available
      ? []
      : [
          off(
            affects,
            {
              id: `volume/${claim}/${affects.join('-')}`,
              title: `${what} of ${volume.name}`,
              message: can.reason,
              fix: can.fix,
              object: volume.name,
              docs: 'shared-volumes'
            },
            claim
          )
        ];
  return same
    ? one(['snapshot', 'clone'], 'Snapshots and clones', snapshot)
    : [...one(['snapshot'], 'Snapshots', snapshot), ...one(['clone'], 'Clones', clone)];
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
