/** All requests to the server part, parsed at the border. No state, no retry: models decide when to ask again. */
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  CheckReport,
  Clone,
  type ConfirmMirror,
  type CreateClone,
  type CreateRestore,
  CreatedSnapshots,
  type CreateSnapshot,
  type CreateSnapshots,
  DataCard,
  DeletePlan,
  FixedVersions,
  LinkedRun,
  type LinkRun,
  Mirror,
  MirrorList,
  Operation,
  PinnedSnapshots,
  type PinSnapshots,
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
  type TrainOnVersion,
  type UpdateSnapshot,
  VersionToTrainOn,
  VolumeList,
  Volume,
  CloneList,
  RestoreList,
  OperationList
} from '../../contract';
import type { IDatamarkApi, ISnapshotQuery, RecentRunsQuestion, ReproductionRequest, RunsQuestion } from '../tokens';
import { ApiProblem } from './apiProblem';
import { EventParser } from './eventParser';
import { Requests, type RequestsOptions } from './requests';

/** A stream that says nothing for this long is dead, in ms. The server sends a heartbeat every 20 s. */
const STREAM_SILENCE = 50_000;

/** The requests of the contract over the Jupyter server. */
export class DatamarkApi implements IDatamarkApi {
  private readonly trans: TranslationBundle;
  private readonly requests: Requests;

  constructor(options: RequestsOptions) {
    this.trans = options.trans;
    this.requests = new Requests(options);
  }

  status(signal?: AbortSignal): Promise<Status> {
    return this.requests.ask('status', {}, Status, { signal });
  }

  check(signal?: AbortSignal): Promise<CheckReport> {
    return this.requests.ask('check', {}, CheckReport, { signal });
  }

  async volumes(signal?: AbortSignal): Promise<Volume[]> {
    return (await this.requests.ask('listVolumes', {}, VolumeList, { signal })).items;
  }

  lookElsewhere(volume: string, key: string): Promise<Volume> {
    return this.requests.ask('lookElsewhere', { volume }, Volume, { key });
  }

  snapshots(volume: string, query: ISnapshotQuery, signal?: AbortSignal): Promise<SnapshotPage> {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return this.requests.ask('listSnapshots', { volume }, SnapshotPage, { query: { ...query, timeZone }, signal });
  }

  snapshot(name: string, signal?: AbortSignal): Promise<Snapshot> {
    return this.requests.ask('getSnapshot', { snapshot: name }, Snapshot, { signal });
  }

  createSnapshot(volume: string, body: Partial<CreateSnapshot>, key: string): Promise<Snapshot> {
    return this.requests.ask('createSnapshot', { volume }, Snapshot, { body, key });
  }

  createSnapshots(body: Partial<CreateSnapshots> & { volumes: string[] }, key: string): Promise<CreatedSnapshots> {
    return this.requests.ask('createSnapshots', {}, CreatedSnapshots, { body, key });
  }

  updateSnapshot(name: string, body: UpdateSnapshot): Promise<Snapshot> {
    return this.requests.ask('updateSnapshot', { snapshot: name }, Snapshot, { body });
  }

  planSnapshotDelete(name: string): Promise<DeletePlan> {
    return this.requests.ask('deleteSnapshot', { snapshot: name }, DeletePlan, { query: { dryRun: true } });
  }

  deleteSnapshot(name: string, uid: string, force = false): Promise<Snapshot> {
    const query = force ? { uid, force } : { uid };
    return this.requests.ask('deleteSnapshot', { snapshot: name }, Snapshot, { query });
  }

  retrySnapshot(name: string, key: string): Promise<Snapshot> {
    return this.requests.ask('retrySnapshot', { snapshot: name }, Snapshot, { key });
  }

  cloneSnapshot(name: string, body: CreateClone, key: string): Promise<Clone> {
    return this.requests.ask('cloneSnapshot', { snapshot: name }, Clone, { body, key });
  }

  cloneVolume(volume: string, body: CreateClone, key: string): Promise<Clone> {
    return this.requests.ask('cloneVolume', { volume }, Clone, { body, key });
  }

  async clones(signal?: AbortSignal): Promise<Clone[]> {
    return (await this.requests.ask('listClones', {}, CloneList, { signal })).items;
  }

  planCloneDelete(id: string): Promise<DeletePlan> {
    return this.requests.ask('deleteClone', { clone: id }, DeletePlan, { query: { dryRun: true } });
  }

  deleteClone(id: string, uid: string): Promise<Clone> {
    return this.requests.ask('deleteClone', { clone: id }, Clone, { query: { uid } });
  }

  async restores(signal?: AbortSignal): Promise<Restore[]> {
    return (await this.requests.ask('listRestores', {}, RestoreList, { signal })).items;
  }

  restore(id: string, signal?: AbortSignal): Promise<Restore> {
    return this.requests.ask('getRestore', { restore: id }, Restore, { signal });
  }

  createRestore(body: CreateRestore, key: string): Promise<Restore> {
    return this.requests.ask('createRestore', {}, Restore, { body, key });
  }

  approveRestore(id: string, uid: string): Promise<Restore> {
    return this.requests.ask('approveRestore', { restore: id }, Restore, { body: { uid } });
  }

  countChanges(id: string): Promise<Restore> {
    return this.requests.ask('countChanges', { restore: id }, Restore, {});
  }

  undoRestore(id: string, key: string): Promise<Restore> {
    return this.requests.ask('undoRestore', { restore: id }, Restore, { key });
  }

  async operations(signal?: AbortSignal): Promise<Operation[]> {
    return (await this.requests.ask('listOperations', {}, OperationList, { signal })).items;
  }

  cancelOperation(id: string): Promise<Operation> {
    return this.requests.ask('cancelOperation', { operation: id }, Operation, {});
  }

  recentRuns(query: RecentRunsQuestion, signal?: AbortSignal): Promise<RecentRuns> {
    return this.requests.ask('listRecentRuns', {}, RecentRuns, { query: { ...query }, signal });
  }

  runsOfSnapshot(question: RunsQuestion, signal?: AbortSignal): Promise<RunsOfSnapshot> {
    return this.requests.ask('listRuns', {}, RunsOfSnapshot, { query: { ...question }, signal });
  }

  runDifferences(from: string, to: string, signal?: AbortSignal): Promise<RunDifferences> {
    return this.requests.ask('compareRuns', {}, RunDifferences, { query: { from, to }, signal });
  }

  dataCard(of: string, signal?: AbortSignal): Promise<DataCard> {
    const query = of.startsWith('models:/') ? { model: of } : { run: of };
    return this.requests.ask('dataCard', {}, DataCard, { query, signal });
  }

  planReproduction(of: string, signal?: AbortSignal): Promise<ReproductionPlan> {
    return this.requests.ask('planReproduction', {}, ReproductionPlan, { query: { of }, signal });
  }

  makeReproduction(body: ReproductionRequest, key: string, signal?: AbortSignal): Promise<Reproduction> {
    return this.requests.ask('makeReproduction', {}, Reproduction, { body, key, signal });
  }

  linkRun(body: LinkRun): Promise<LinkedRun> {
    return this.requests.ask('linkRun', {}, LinkedRun, { body });
  }

  pinned(kernel: string, signal?: AbortSignal): Promise<PinnedSnapshots> {
    return this.requests.ask('getPin', {}, PinnedSnapshots, { query: { kernel }, signal });
  }

  pin(body: PinSnapshots): Promise<PinnedSnapshots> {
    return this.requests.ask('pinSnapshots', {}, PinnedSnapshots, { body });
  }

  unpin(kernel: string): Promise<PinnedSnapshots> {
    return this.requests.ask('unpinSnapshots', {}, PinnedSnapshots, { query: { kernel } });
  }

  mirrors(anew: boolean, signal?: AbortSignal): Promise<MirrorList> {
    return this.requests.ask('listMirrors', {}, MirrorList, { query: anew ? { anew } : {}, signal });
  }

  updateMirror(id: string, key: string): Promise<Mirror> {
    return this.requests.ask('updateMirror', { mirror: id }, Mirror, { key });
  }

  cancelMirrorUpdate(id: string): Promise<Mirror> {
    return this.requests.ask('cancelMirrorUpdate', { mirror: id }, Mirror, {});
  }

  fixedVersions(id: string, signal?: AbortSignal): Promise<FixedVersions> {
    return this.requests.ask('listFixedVersions', { mirror: id }, FixedVersions, { signal });
  }

  trainOnVersion(id: string, body: TrainOnVersion, key: string): Promise<VersionToTrainOn> {
    return this.requests.ask('trainOnVersion', { mirror: id }, VersionToTrainOn, { body, key });
  }

  promoteMirror(id: string, body: ConfirmMirror): Promise<Mirror> {
    return this.requests.ask('promoteMirror', { mirror: id }, Mirror, { body });
  }

  resyncMirror(id: string, body: ConfirmMirror): Promise<Mirror> {
    return this.requests.ask('resyncMirror', { mirror: id }, Mirror, { body });
  }

  async *events(
    lastEventId: string | null,
    signal: AbortSignal
  ): AsyncGenerator<{ id: string | null; event: ServerEvent }> {
    const silence = new AbortController();
    let lastContact: Date | null = null;
    let timer = setTimeout(() => silence.abort(), STREAM_SILENCE);
    const heard = () => {
      lastContact = new Date();
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), STREAM_SILENCE);
    };
    try {
      const response = await this.requests.send(
        'events',
        {},
        AbortSignal.any([signal, silence.signal]),
        {},
        {
          Accept: 'text/event-stream',
          ...(lastEventId === null ? {} : { 'Last-Event-ID': lastEventId })
        }
      );
      if (response.body === null) {
        throw ApiProblem.malformed(this.trans, 'events: no body');
      }
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      const parser = new EventParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          throw ApiProblem.unreachable(this.trans, lastContact);
        }
        heard();
        for (const one of parser.push(decoder.decode(value, { stream: true }))) {
          yield { id: one.id, event: this.requests.parse('events', ServerEvent, jsonOf(one.data)) };
        }
      }
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      throw error instanceof ApiProblem ? error : ApiProblem.unreachable(this.trans, lastContact);
    } finally {
      clearTimeout(timer);
      // Ends the connection also when the reader of this iteration leaves early.
      silence.abort();
    }
  }
}

/** The parsed text, or undefined where it is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
