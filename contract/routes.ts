/**
 * Every route, once: the sidecar registers and validates by this table, the browser builds its URLs from it,
 * the Jupyter server relays only what `openapi.json`, made from it, lists.
 */
import { z } from 'zod';
import { CheckReport } from './check';
import { Clone, CloneList, CreateClone } from './clones';
import { ServerEvent } from './events';
import { Operation, OperationList } from './operations';
import { ApproveRestore, CreateRestore, Restore, RestoreList } from './restores';
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
  undoRestore: route({
    method: 'post',
    path: '/restores/:restore/undo',
    summary: 'Plan the way back to the data before a restore',
    response: Restore,
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
