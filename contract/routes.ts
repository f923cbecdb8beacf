/**
 * Every route, once: the sidecar registers and validates by this table, the browser builds its URLs from it,
 * the Jupyter server relays only what `openapi.json`, made from it, lists.
 */
import { z } from 'zod';
import { CheckReport } from './check';
import { Clone, CloneList, CreateClone } from './clones';
import { DataCard } from './dataCards';
import { ServerEvent } from './events';
import {
  ConfirmMirror,
  FixedVersions,
  Mirror,
  MirrorList,
  MirrorsQuery,
  SeenTransfers,
  TrainOnVersion,
  VersionToTrainOn
} from './ingest';
import {
  CompletedRuns,
  CompleteRuns,
  LinkedRun,
  LinkRun,
  MlflowStatus,
  PinnedSnapshots,
  PinQuery,
  PinSnapshots,
  RecentRuns,
  RecentRunsQuery,
  RunsOfSnapshot,
  RunsQuery,
  SnapshotsOfRun,
  SnapshotsQuery
} from './lineage';
import { Operation, OperationList } from './operations';
import { ApproveRestore, CreateRestore, Restore, RestoreList } from './restores';
import { RetentionReport, RunRetention } from './retention';
import { CreateReproduction, Reproduction, ReproductionPlan, ReproductionQuery } from './reproductions';
import { RunDifferences, RunDifferencesQuery } from './runDifferences';
import {
  CreatedSnapshots,
  CreateSnapshot,
  CreateSnapshots,
  DeletePlan,
  DeleteQuery,
  Snapshot,
  SnapshotPage,
  SnapshotQuery,
  UpdateSnapshot
} from './snapshots';
import { RunningStatus } from './status';
import { Volume, VolumeList } from './volumes';

/** Everything stands below this path of the socket, and below it of the Jupyter server. */
export const API_PREFIX = '/datamark/api/v1';

export interface Route {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** Express style: `/volumes/:volume`. */
  readonly path: string;
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  /** What `?dryRun` is answered with, by 200; then `response` is a union of it and the object. */
  readonly dryRun?: z.ZodType;
  /** 200: done or read. 202: accepted, observe the object. */
  readonly status: 200 | 202;
  /** Server-sent events instead of one JSON document. */
  readonly stream?: true;
}

const route = <const R extends Route>(one: R): R => one;

export const ROUTES = {
  status: route({
    method: 'get',
    path: '/status',
    summary: 'Who answers and what it can do',
    response: RunningStatus,
    status: 200
  }),
  check: route({
    method: 'get',
    path: '/check',
    summary: 'Looks at everything Datamark needs here, and says what is missing and what mends it',
    response: CheckReport,
    status: 200
  }),
  listVolumes: route({
    method: 'get',
    path: '/volumes',
    summary: 'Volumes of this server',
    response: VolumeList,
    status: 200
  }),
  getVolume: route({ method: 'get', path: '/volumes/:volume', summary: 'One volume', response: Volume, status: 200 }),
  lookElsewhere: route({
    method: 'post',
    path: '/volumes/:volume/look-elsewhere',
    summary: 'Look for snapshots of a volume that were made elsewhere; answers at once, `elsewhere` tells how it goes',
    response: Volume,
    status: 202
  }),
  listSnapshots: route({
    method: 'get',
    path: '/volumes/:volume/snapshots',
    summary: 'Snapshots of a volume, newest first, with the total and counts per day',
    query: SnapshotQuery,
    response: SnapshotPage,
    status: 200
  }),
  createSnapshot: route({
    method: 'post',
    path: '/volumes/:volume/snapshots',
    summary: 'Make a snapshot; answers at once with a pending one',
    body: CreateSnapshot,
    response: Snapshot,
    status: 202
  }),
  createSnapshots: route({
    method: 'post',
    path: '/snapshots',
    summary: 'Snapshots of several volumes, one after the other: not one instant',
    body: CreateSnapshots,
    response: CreatedSnapshots,
    status: 202
  }),
  getSnapshot: route({
    method: 'get',
    path: '/snapshots/:snapshot',
    summary: 'One snapshot',
    response: Snapshot,
    status: 200
  }),
  updateSnapshot: route({
    method: 'patch',
    path: '/snapshots/:snapshot',
    summary: 'Change title, note or hold',
    body: UpdateSnapshot,
    response: Snapshot,
    status: 200
  }),
  deleteSnapshot: route({
    method: 'delete',
    path: '/snapshots/:snapshot',
    summary: 'Delete a snapshot; with dryRun says what stands in the way and what is lost',
    query: DeleteQuery,
    response: z.union([DeletePlan, Snapshot]),
    dryRun: DeletePlan,
    status: 202
  }),
  retrySnapshot: route({
    method: 'post',
    path: '/snapshots/:snapshot/retry',
    summary: 'Make a failed snapshot again',
    response: Snapshot,
    status: 202
  }),
  cloneSnapshot: route({
    method: 'post',
    path: '/snapshots/:snapshot/clones',
    summary: 'Make a writable copy of a snapshot',
    body: CreateClone,
    response: Clone,
    status: 202
  }),
  cloneVolume: route({
    method: 'post',
    path: '/volumes/:volume/clones',
    summary: 'Make a writable copy of a volume as it is now',
    body: CreateClone,
    response: Clone,
    status: 202
  }),
  listClones: route({
    method: 'get',
    path: '/clones',
    summary: 'Clones and where each came from',
    response: CloneList,
    status: 200
  }),
  deleteClone: route({
    method: 'delete',
    path: '/clones/:clone',
    summary: 'Delete a clone; with dryRun says what stands in the way and what is lost',
    query: DeleteQuery,
    response: z.union([DeletePlan, Clone]),
    dryRun: DeletePlan,
    status: 202
  }),
  listRestores: route({
    method: 'get',
    path: '/restores',
    summary: 'Restores, newest first',
    response: RestoreList,
    status: 200
  }),
  createRestore: route({
    method: 'post',
    path: '/restores',
    summary: 'Plan a restore; nothing changes before it is approved',
    body: CreateRestore,
    response: Restore,
    status: 202
  }),
  getRestore: route({
    method: 'get',
    path: '/restores/:restore',
    summary: 'One restore',
    response: Restore,
    status: 200
  }),
  approveRestore: route({
    method: 'post',
    path: '/restores/:restore/approve',
    summary: 'Let a planned restore begin',
    body: ApproveRestore,
    response: Restore,
    status: 202
  }),
  countChanges: route({
    method: 'post',
    path: '/restores/:restore/count-changes',
    summary: 'Count what a planned restore would change; answers at once, the plan tells the result',
    response: Restore,
    status: 202
  }),
  undoRestore: route({
    method: 'post',
    path: '/restores/:restore/undo',
    summary: 'Plan the way back to the data before a restore',
    response: Restore,
    status: 202
  }),
  runRetention: route({
    method: 'post',
    path: '/retention',
    summary: 'What rules would keep and delete, and why; deletes only what is named in `apply`, never by force',
    body: RunRetention,
    response: RetentionReport,
    status: 200
  }),
  mlflowStatus: route({
    method: 'get',
    path: '/lineage/status',
    summary: 'Whether MLflow is set up and answers, else why not',
    response: MlflowStatus,
    status: 200
  }),
  listRuns: route({
    method: 'get',
    path: '/lineage/runs',
    summary: 'Runs that used a snapshot, with models, versions and aliases; incomplete while MLflow is searched',
    query: RunsQuery,
    response: RunsOfSnapshot,
    status: 200
  }),
  listLinkedSnapshots: route({
    method: 'get',
    path: '/lineage/snapshots',
    summary: 'Snapshots that a run or a registered model version used, and where each is now',
    query: SnapshotsQuery,
    response: SnapshotsOfRun,
    status: 200
  }),
  listRecentRuns: route({
    method: 'get',
    path: '/lineage/recent-runs',
    summary: 'Newest runs of a volume or of a notebook, with their data; incomplete while MLflow is searched',
    query: RecentRunsQuery,
    response: RecentRuns,
    status: 200
  }),
  linkRun: route({
    method: 'post',
    path: '/lineage/links',
    summary: 'Write down with a run which snapshots it used, later where MLflow can’t; the same again changes nothing',
    body: LinkRun,
    response: LinkedRun,
    status: 200
  }),
  completeRuns: route({
    method: 'post',
    path: '/lineage/runs',
    summary: 'Give runs that are tagged with a snapshot its dataset too, and write them down on it',
    body: CompleteRuns,
    response: CompletedRuns,
    status: 200
  }),
  getPin: route({
    method: 'get',
    path: '/lineage/pins',
    summary: 'Snapshots that are pinned for a kernel of this server, from outside it',
    query: PinQuery,
    response: PinnedSnapshots,
    status: 200
  }),
  pinSnapshots: route({
    method: 'post',
    path: '/lineage/pins',
    summary: 'Pin snapshots for a kernel: runs that it or what it starts begin from now on are tagged with them',
    body: PinSnapshots,
    response: PinnedSnapshots,
    status: 200
  }),
  unpinSnapshots: route({
    method: 'delete',
    path: '/lineage/pins',
    summary: 'End the pin of a kernel that was made from outside it',
    query: PinQuery,
    response: PinnedSnapshots,
    status: 200
  }),
  dataCard: route({
    method: 'get',
    path: '/lineage/card',
    summary: 'Which data a registered model version, or a run, was made with: as an object and as Markdown',
    query: SnapshotsQuery,
    response: DataCard,
    status: 200
  }),
  compareRuns: route({
    method: 'get',
    path: '/lineage/differences',
    summary:
      'What data differs between two runs or model versions: volumes, snapshots, and files where both can be read',
    query: RunDifferencesQuery,
    response: RunDifferences,
    status: 200
  }),
  planReproduction: route({
    method: 'get',
    path: '/lineage/reproductions',
    summary: 'What of a run or a model version can be brought back, and why the rest can’t; changes nothing',
    query: ReproductionQuery,
    response: ReproductionPlan,
    status: 200
  }),
  makeReproduction: route({
    method: 'post',
    path: '/lineage/reproductions',
    summary: 'Clone the data of a run and write a notebook that runs it again; with its name goes on with one',
    body: CreateReproduction,
    response: Reproduction,
    status: 202
  }),
  listMirrors: route({
    method: 'get',
    path: '/ingest/mirrors',
    summary: 'Replication into the volumes of this server: state, health, age of the data; asks the storage only now',
    query: MirrorsQuery,
    response: MirrorList,
    status: 200
  }),
  mirrorHistory: route({
    method: 'get',
    path: '/ingest/mirrors/:mirror/history',
    summary: 'Transfers that the controller saw end, at most 24; refused where nobody watches',
    response: SeenTransfers,
    status: 200
  }),
  updateMirror: route({
    method: 'post',
    path: '/ingest/mirrors/:mirror/update',
    summary: 'Begin a transfer now; answers at once, the mirror’s `update` tells how it goes',
    response: Mirror,
    status: 202
  }),
  cancelMirrorUpdate: route({
    method: 'delete',
    path: '/ingest/mirrors/:mirror/update',
    summary: 'End the transfer that was asked for; what has arrived before stays',
    response: Mirror,
    status: 202
  }),
  listFixedVersions: route({
    method: 'get',
    path: '/ingest/mirrors/:mirror/versions',
    summary: 'Every way to a fixed version of the arrived data, and why those can’t be gone that can’t',
    response: FixedVersions,
    status: 200
  }),
  trainOnVersion: route({
    method: 'post',
    path: '/ingest/mirrors/:mirror/versions',
    summary: 'Clone a fixed version of the arrived data, and tag runs of a kernel with it',
    body: TrainOnVersion,
    response: VersionToTrainOn,
    status: 202
  }),
  promoteMirror: route({
    method: 'post',
    path: '/ingest/mirrors/:mirror/promote',
    summary: 'Make the destination writable; replication stops',
    body: ConfirmMirror,
    response: Mirror,
    status: 202
  }),
  resyncMirror: route({
    method: 'post',
    path: '/ingest/mirrors/:mirror/resync',
    summary: 'Replicate again after a promotion; what was written here since is overwritten',
    body: ConfirmMirror,
    response: Mirror,
    status: 202
  }),
  listOperations: route({
    method: 'get',
    path: '/operations',
    summary: 'What runs, and what ended lately',
    response: OperationList,
    status: 200
  }),
  cancelOperation: route({
    method: 'delete',
    path: '/operations/:operation',
    summary: 'Cancel, until data is changed',
    response: Operation,
    status: 202
  }),
  events: route({
    method: 'get',
    path: '/events',
    summary: 'Changes as they happen',
    response: ServerEvent,
    status: 200,
    stream: true
  })
} as const;

export type RouteName = keyof typeof ROUTES;
