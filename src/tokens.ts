/**
 * What the parts of the front end promise each other: interfaces, tokens and command ids, no code with a life.
 * Service (`src/api`) does I/O, models (`src/model`) hold state and signals, panels and dialogs are views of them.
 */
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type {
  CheckReport,
  Clone,
  CreateClone,
  CreateReproduction,
  CreateRestore,
  CreateSnapshot,
  CreatedSnapshots,
  CreateSnapshots,
  DataCard,
  ConfirmMirror,
  DeletePlan,
  FixedVersions,
  LinkedRun,
  LinkRun,
  Mirror,
  MirrorList,
  Operation,
  PinnedSnapshots,
  PinSnapshots,
  Problem,
  RecentRuns,
  Reproduction,
  ReproductionPlan,
  Restore,
  RunDifferences,
  RunsOfSnapshot,
  ServerEvent,
  Snapshot,
  SnapshotPage,
  Status,
  TrainOnVersion,
  UpdateSnapshot,
  VersionToTrainOn,
  Volume
} from '../contract';
import type { LineageModel } from './model/lineageModel';
import type { MirrorsModel } from './model/mirrorsModel';

/**
 * Ids of all commands. Arguments are plain JSON; with all of them given, no question is asked, except before
 * data is lost. Without `snapshot` a command acts on the open row of the timeline; without `clone` or `operation` on the only
 * one, or asks which.
 */
export namespace CommandIDs {
  /** `{snapshot?, volume?}`: shows which runs and models used a snapshot, or the newest runs of a volume, in a tab. */
  export const showLineage = 'datamark:show-lineage';
  /** `{snapshot?, run?, relation?}`: writes down with a run of MLflow that it used the snapshot; dialog unless `run` is given. */
  export const linkRun = 'datamark:link-run';
  /** `{snapshot?, path?}`: runs that a notebook’s kernel begins from now on are tagged with the snapshot. */
  export const pinSnapshot = 'datamark:pin-snapshot';
  /** `{path?}`: ends that. */
  export const unpinNotebook = 'datamark:unpin-notebook';
  /**
   * `{of?, name?}`: clones the data of a run (its id) or a model version (`models:/name/3`) and writes a notebook that runs it
   * again. Shows what comes back and asks, unless `name`, that of the clones, is given.
   */
  export const reproduce = 'datamark:reproduce';
  /** `{of?}`: shows which data a model version, or a run, was made with. */
  export const showDataCard = 'datamark:show-data-card';
  /** Shows the panel with the section of mirrors open. */
  export const showIngest = 'datamark:show-ingest';
  /** `{mirror?}`: id of a mirror, or name of the volume it replicates into; this and the next ones ask where it is left out. */
  export const updateMirror = 'datamark:update-mirror';
  /** `{mirror?}`: ends the transfer that was asked for. */
  export const cancelMirrorUpdate = 'datamark:cancel-mirror-update';
  /** `{mirror?, clone?}`: shows every way to a fixed version of the arrived data and asks, always. */
  export const trainOnVersion = 'datamark:train-on-version';
  /** `{mirror?}`: ends replication and makes the destination writable; always asks for the volume’s name. */
  export const promoteMirror = 'datamark:promote-mirror';
  /** `{mirror?}`: replicates again after a promotion; always asks for the volume’s name. */
  export const resyncMirror = 'datamark:resync-mirror';
  /** Shows the panel. */
  export const openPanel = 'datamark:open-panel';
  /** `{volume?, title?, note?, heldUntil?}`: dialog, unless `title` is given. */
  export const createSnapshot = 'datamark:create-snapshot';
  /** `{path?}`: dialog for the volume that holds the given folder, or what is selected in the file browser. */
  export const snapshotFolder = 'datamark:snapshot-folder';
  /** `{path?}`: one click; the volume that holds the current (or given) notebook, without a question. */
  export const snapshotNotebook = 'datamark:snapshot-notebook';
  /** `{snapshot?, title?}` */
  export const renameSnapshot = 'datamark:rename-snapshot';
  /** `{snapshot?, note?}` */
  export const editNote = 'datamark:edit-note';
  /** `{snapshot?, until?}`: `until` is an ISO instant or `forever`. */
  export const holdSnapshot = 'datamark:hold-snapshot';
  /** `{snapshot?}` */
  export const releaseSnapshot = 'datamark:release-snapshot';
  /** `{snapshot?}`: always asks. */
  export const deleteSnapshot = 'datamark:delete-snapshot';
  /** `{snapshot?}` */
  export const retrySnapshot = 'datamark:retry-snapshot';
  /** `{snapshot?, name?}` */
  export const cloneSnapshot = 'datamark:clone-snapshot';
  /** `{volume?, name?}` */
  export const cloneVolume = 'datamark:clone-volume';
  /** `{clone?}`: shows it in the file browser. */
  export const openClone = 'datamark:open-clone';
  /** `{clone?}`: always asks. */
  export const deleteClone = 'datamark:delete-clone';
  /** `{snapshot?}`: shows the plan and always asks. */
  export const restoreSnapshot = 'datamark:restore-snapshot';
  /** `{snapshot?, paths?}`: asks for files and folders, shows the plan and always asks; `paths` are relative to the volume. */
  export const restoreFiles = 'datamark:restore-files';
  /** `{restore?}`: shows the plan and always asks; without an argument the open restore row, else the newest that can be undone. */
  export const undoRestore = 'datamark:undo-restore';
  /** `{restore?}`: stops this page's server for a restore that waits for it; open files are saved first. */
  export const stopServer = 'datamark:stop-server';
  /** `{operation?}` */
  export const cancelOperation = 'datamark:cancel-operation';
  /** `{volume?, folder?}`: shows it, or a folder of it, in the file browser. */
  export const showVolume = 'datamark:show-volume';
  /** `{snapshot}`: opens the panel, selects the snapshot's volume and opens its row. */
  export const showSnapshot = 'datamark:show-snapshot';
  /** `{snapshot?}`: puts the name on the clipboard. */
  export const copyName = 'datamark:copy-name';
  /** `{volume?}`: looks for snapshots that were not made with Datamark, where they are too many to be listed unasked. */
  export const lookElsewhere = 'datamark:look-elsewhere';
  /** Looks at everything again. */
  export const refresh = 'datamark:refresh';
  /** Looks at everything Datamark needs here, and shows what it found in a tab. */
  export const check = 'datamark:check';
  /** Connection, versions, what is off and why. */
  export const showStatus = 'datamark:show-status';
}

/** A list is in exactly one of these states; an error is never shown as an empty list. */
export type ListState<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly items: readonly T[] }
  | { readonly state: 'forbidden'; readonly problem: Problem }
  /** No answer; `items` are those of the time `asOf`, if any were ever read. */
  | {
      readonly state: 'unreachable';
      readonly problem: Problem;
      readonly items: readonly T[];
      readonly asOf: Date | null;
    }
  | { readonly state: 'broken'; readonly problem: Problem };

/** How the page stands towards the sidecar. */
export type Connection =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting' }
  | { readonly state: 'online'; readonly status: Extract<Status, { state: 'running' }> }
  /** The server part answers and says why the sidecar does not. */
  | { readonly state: 'unavailable'; readonly status: Extract<Status, { state: 'unavailable' }> }
  /** The server part of Datamark is not installed or not enabled. */
  | { readonly state: 'absent' }
  /** The Jupyter server itself does not answer. */
  | {
      readonly state: 'unreachable';
      readonly problem: Problem;
      readonly since: Date;
      /** When it is asked again; null: now. */
      readonly retryAt: Date | null;
    }
  /** The Jupyter server does not know this page’s login any more. */
  | { readonly state: 'logged-out'; readonly problem: Problem }
  /** The page and the server part speak different major versions. */
  | { readonly state: 'incompatible'; readonly serverMajor: number };

/** All requests, one method per route. Errors are `ApiProblem` (src/api/apiProblem.ts). */
export interface IDatamarkApi {
  status(signal?: AbortSignal): Promise<Status>;
  check(signal?: AbortSignal): Promise<CheckReport>;
  volumes(signal?: AbortSignal): Promise<Volume[]>;
  lookElsewhere(volume: string, key: string): Promise<Volume>;
  snapshots(volume: string, query: ISnapshotQuery, signal?: AbortSignal): Promise<SnapshotPage>;
  snapshot(name: string, signal?: AbortSignal): Promise<Snapshot>;
  createSnapshot(volume: string, body: Partial<CreateSnapshot>, key: string): Promise<Snapshot>;
  createSnapshots(body: Partial<CreateSnapshots> & { volumes: string[] }, key: string): Promise<CreatedSnapshots>;
  updateSnapshot(name: string, body: UpdateSnapshot): Promise<Snapshot>;
  planSnapshotDelete(name: string): Promise<DeletePlan>;
  /** `force`: a person has read what runs and models have against it. */
  deleteSnapshot(name: string, uid: string, force?: boolean): Promise<Snapshot>;
  retrySnapshot(name: string, key: string): Promise<Snapshot>;
  cloneSnapshot(name: string, body: CreateClone, key: string): Promise<Clone>;
  cloneVolume(volume: string, body: CreateClone, key: string): Promise<Clone>;
  clones(signal?: AbortSignal): Promise<Clone[]>;
  planCloneDelete(id: string): Promise<DeletePlan>;
  deleteClone(id: string, uid: string): Promise<Clone>;
  restores(signal?: AbortSignal): Promise<Restore[]>;
  restore(id: string, signal?: AbortSignal): Promise<Restore>;
  createRestore(body: CreateRestore, key: string): Promise<Restore>;
  approveRestore(id: string, uid: string): Promise<Restore>;
  countChanges(id: string): Promise<Restore>;
  undoRestore(id: string, key: string): Promise<Restore>;
  operations(signal?: AbortSignal): Promise<Operation[]>;
  cancelOperation(id: string): Promise<Operation>;
  /** Newest runs; incomplete while MLflow is searched. */
  recentRuns(query: RecentRunsQuestion, signal?: AbortSignal): Promise<RecentRuns>;
  runsOfSnapshot(question: RunsQuestion, signal?: AbortSignal): Promise<RunsOfSnapshot>;
  /** Each a run's id, or a version as `models:/name/3`. */
  runDifferences(from: string, to: string, signal?: AbortSignal): Promise<RunDifferences>;
  /** `of`: a run's id, or a version as `models:/name/3`. */
  dataCard(of: string, signal?: AbortSignal): Promise<DataCard>;
  planReproduction(of: string, signal?: AbortSignal): Promise<ReproductionPlan>;
  /** Begins one, or goes on with the one that is named. */
  makeReproduction(body: ReproductionRequest, key: string, signal?: AbortSignal): Promise<Reproduction>;
  linkRun(body: LinkRun): Promise<LinkedRun>;
  /** What is pinned for a kernel from outside it. */
  pinned(kernel: string, signal?: AbortSignal): Promise<PinnedSnapshots>;
  pin(body: PinSnapshots): Promise<PinnedSnapshots>;
  unpin(kernel: string): Promise<PinnedSnapshots>;
  /** `anew`: the storage is asked now; else the answer may be one poll old. */
  mirrors(anew: boolean, signal?: AbortSignal): Promise<MirrorList>;
  updateMirror(id: string, key: string): Promise<Mirror>;
  cancelMirrorUpdate(id: string): Promise<Mirror>;
  fixedVersions(id: string, signal?: AbortSignal): Promise<FixedVersions>;
  trainOnVersion(id: string, body: TrainOnVersion, key: string): Promise<VersionToTrainOn>;
  promoteMirror(id: string, body: ConfirmMirror): Promise<Mirror>;
  resyncMirror(id: string, body: ConfirmMirror): Promise<Mirror>;
  /** Yields events until the signal aborts (then returns) or the connection breaks (then throws). */
  events(lastEventId: string | null, signal: AbortSignal): AsyncIterable<{ id: string | null; event: ServerEvent }>;
}

/** Runs of a volume, or of the notebook at a path of the file browser. */
export interface RunsQuestion {
  readonly snapshot: string;
  readonly limit: number;
  readonly anew?: boolean;
}
export type RecentRunsQuestion = { readonly limit: number; readonly anew?: boolean } & (
  { readonly volume: string } | { readonly notebook: string }
);

/** What is reproduced, and how far a person has said more of it. */
export type ReproductionRequest = Pick<CreateReproduction, 'of'> & Partial<CreateReproduction>;

/** Filters of the timeline; all optional. */
export interface ISnapshotQuery {
  cursor?: string;
  /** Rows left out after the cursor. */
  skip?: number;
  limit?: number;
  q?: string;
  from?: string;
  to?: string;
}

/** One line of the timeline as the virtual list shows it. */
export type TimelineRow =
  | { readonly type: 'now' }
  | { readonly type: 'day'; readonly day: string; readonly count: number }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  /** A restore that has ended, where it ended. */
  | { readonly type: 'restore'; readonly restore: Restore }
  /** Known to exist, not loaded yet. */
  | { readonly type: 'placeholder'; readonly day: string; readonly index: number };

/** The snapshots of the selected volume: counts for all of them, objects for those that were looked at. */
export interface ITimelineModel {
  readonly changed: ISignal<ITimelineModel, void>;
  /** `ready` also when `total` is 0. */
  readonly list: ListState<TimelineRow>;
  readonly total: number;
  readonly filter: { readonly q: string; readonly from: string | null; readonly to: string | null };
  setFilter(filter: { q?: string; from?: string | null; to?: string | null }): void;
  /** Loads what is not loaded of these rows (indices into `list.items`). */
  ensure(first: number, last: number): Promise<void>;
  /** Index of a snapshot's row, loading what is needed to know it; -1: not in this list. */
  find(snapshot: string): Promise<number>;
  /** The row that is open: the name of its snapshot, or `restore:` and the id of its restore; null: none. */
  readonly opened: string | null;
  open(row: string | null): void;
}

/** Everything the page knows, kept up to date by one event stream while a view is visible. */
export interface IDatamarkModel {
  readonly changed: ISignal<IDatamarkModel, void>;
  /** One change of an object, for views that announce or toast it. */
  readonly observed: ISignal<IDatamarkModel, ServerEvent>;
  readonly connection: Connection;
  readonly volumes: ListState<Volume>;
  readonly selectedVolume: Volume | null;
  selectVolume(id: string): void;
  readonly timeline: ITimelineModel;
  readonly clones: ListState<Clone>;
  readonly restores: ListState<Restore>;
  /** Running ones, and those that failed and were not looked at yet. */
  readonly operations: readonly Operation[];
  /** This page has stopped the server for a restore: nothing waits for that any more, and nobody is there to tell so. */
  serverStops(restore: Restore): void;
  /** Takes a failed operation off the list: it was looked at. */
  dismissOperation(id: string): void;
  /** Snapshot by name as far as it is known here. */
  knownSnapshot(name: string): Snapshot | null;
  /** Volume that holds a path of the file browser: the deepest one whose `browsePath` is a parent. */
  volumeOfPath(path: string): Volume | null;
  /**
   * Opens the stream while at least one holder is there and the page is visible. The panel holds it while visible;
   * a command holds it until its result is seen.
   */
  hold(): IDisposable;
  refresh(): Promise<void>;
  /** Resolves with the object once `done` accepts it; rejects on abort. Holds the stream meanwhile. */
  whenSnapshot(name: string, done: (snapshot: Snapshot) => boolean, signal: AbortSignal): Promise<Snapshot>;
  whenClone(id: string, done: (clone: Clone) => boolean, signal: AbortSignal): Promise<Clone>;
  whenRestore(id: string, done: (restore: Restore) => boolean, signal: AbortSignal): Promise<Restore>;
}

/** What the `:api` plugin provides to all others. */
export interface IDatamark {
  readonly api: IDatamarkApi;
  readonly model: IDatamarkModel;
  readonly lineage: LineageModel;
  readonly mirrors: MirrorsModel;
}

export const IDatamark = new Token<IDatamark>(
  'jupyterlab-datamark:IDatamark',
  'Requests to the Datamark server part and the state that follows from them.'
);
