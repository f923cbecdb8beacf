/** All requests to the server part, parsed at the border. No state, no retry: models decide when to ask again. */
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { z } from 'zod';
import {
  CheckReport,
  Clone,
  type CreateClone,
  CreatedSnapshots,
  type CreateSnapshot,
  type CreateSnapshots,
  DeletePlan,
  Operation,
  Restore,
  ROUTES,
  type RouteName,
  ServerEvent,
  Snapshot,
  SnapshotPage,
  Status,
  type UpdateSnapshot,
  VolumeList,
  Volume,
  CloneList,
  RestoreList,
  OperationList
} from '../../contract';
import type { IDatamarkApi, ISnapshotQuery } from '../tokens';
import { ApiProblem } from './apiProblem';
import { EventParser } from './eventParser';
import { makeUrl, type RouteParameters, type RouteQuery } from './makeUrl';

/** No answer after this long counts as none, in ms. A cold start of the sidecar is well below it. */
const REQUEST_DEADLINE = 30_000;
/** A stream that says nothing for this long is dead, in ms. The server sends a heartbeat every 20 s. */
const STREAM_SILENCE = 50_000;

interface RequestParts {
  readonly query?: RouteQuery;
  readonly body?: unknown;
  /** Idempotency key: repeating the request with it makes nothing twice. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** The requests of the contract over the Jupyter server. */
export class DatamarkApi implements IDatamarkApi {
  private readonly settings: ServerConnection.ISettings;
  private readonly trans: TranslationBundle;

  constructor(options: { serverSettings: ServerConnection.ISettings; trans: TranslationBundle }) {
    this.settings = options.serverSettings;
    this.trans = options.trans;
  }

  status(signal?: AbortSignal): Promise<Status> {
    return this.ask('status', {}, Status, { signal });
  }

  check(signal?: AbortSignal): Promise<CheckReport> {
    return this.ask('check', {}, CheckReport, { signal });
  }

  async volumes(signal?: AbortSignal): Promise<Volume[]> {
    return (await this.ask('listVolumes', {}, VolumeList, { signal })).items;
  }

  lookElsewhere(volume: string, key: string): Promise<Volume> {
    return this.ask('lookElsewhere', { volume }, Volume, { key });
  }

  snapshots(volume: string, query: ISnapshotQuery, signal?: AbortSignal): Promise<SnapshotPage> {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return this.ask('listSnapshots', { volume }, SnapshotPage, { query: { ...query, timeZone }, signal });
  }

  snapshot(name: string, signal?: AbortSignal): Promise<Snapshot> {
    return this.ask('getSnapshot', { snapshot: name }, Snapshot, { signal });
  }

  createSnapshot(volume: string, body: Partial<CreateSnapshot>, key: string): Promise<Snapshot> {
    return this.ask('createSnapshot', { volume }, Snapshot, { body, key });
  }

  createSnapshots(body: Partial<CreateSnapshots> & { volumes: string[] }, key: string): Promise<CreatedSnapshots> {
    return this.ask('createSnapshots', {}, CreatedSnapshots, { body, key });
  }

  updateSnapshot(name: string, body: UpdateSnapshot): Promise<Snapshot> {
    return this.ask('updateSnapshot', { snapshot: name }, Snapshot, { body });
  }

  planSnapshotDelete(name: string): Promise<DeletePlan> {
    return this.ask('deleteSnapshot', { snapshot: name }, DeletePlan, { query: { dryRun: true } });
  }

  deleteSnapshot(name: string, uid: string): Promise<Snapshot> {
    return this.ask('deleteSnapshot', { snapshot: name }, Snapshot, { query: { uid } });
  }

  retrySnapshot(name: string, key: string): Promise<Snapshot> {
    return this.ask('retrySnapshot', { snapshot: name }, Snapshot, { key });
  }

  cloneSnapshot(name: string, body: CreateClone, key: string): Promise<Clone> {
    return this.ask('cloneSnapshot', { snapshot: name }, Clone, { body, key });
  }

  cloneVolume(volume: string, body: CreateClone, key: string): Promise<Clone> {
    return this.ask('cloneVolume', { volume }, Clone, { body, key });
  }

  async clones(signal?: AbortSignal): Promise<Clone[]> {
    return (await this.ask('listClones', {}, CloneList, { signal })).items;
  }

  planCloneDelete(id: string): Promise<DeletePlan> {
    return this.ask('deleteClone', { clone: id }, DeletePlan, { query: { dryRun: true } });
  }

  deleteClone(id: string, uid: string): Promise<Clone> {
    return this.ask('deleteClone', { clone: id }, Clone, { query: { uid } });
  }

  async restores(signal?: AbortSignal): Promise<Restore[]> {
    return (await this.ask('listRestores', {}, RestoreList, { signal })).items;
  }

  restore(id: string, signal?: AbortSignal): Promise<Restore> {
    return this.ask('getRestore', { restore: id }, Restore, { signal });
  }

  createRestore(snapshot: string, key: string): Promise<Restore> {
    return this.ask('createRestore', {}, Restore, { body: { snapshot }, key });
  }

  approveRestore(id: string, uid: string): Promise<Restore> {
    return this.ask('approveRestore', { restore: id }, Restore, { body: { uid } });
  }

  undoRestore(id: string, key: string): Promise<Restore> {
    return this.ask('undoRestore', { restore: id }, Restore, { key });
  }

  async operations(signal?: AbortSignal): Promise<Operation[]> {
    return (await this.ask('listOperations', {}, OperationList, { signal })).items;
  }

  cancelOperation(id: string): Promise<Operation> {
    return this.ask('cancelOperation', { operation: id }, Operation, {});
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
      const response = await this.send(
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
          yield { id: one.id, event: this.parse('events', ServerEvent, jsonOf(one.data)) };
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

  private async ask<N extends RouteName, S extends z.ZodType>(
    route: N,
    parameters: RouteParameters<N>,
    schema: S,
    parts: RequestParts
  ): Promise<z.output<S>> {
    const deadline = AbortSignal.timeout(REQUEST_DEADLINE);
    const signal = parts.signal === undefined ? deadline : AbortSignal.any([parts.signal, deadline]);
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (parts.body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    if (parts.key !== undefined) {
      headers['Idempotency-Key'] = parts.key;
    }
    const response = await this.send(route, parameters, signal, parts, headers);
    return this.parse(route, schema, await this.json(route, response));
  }

  private async send<N extends RouteName>(
    route: N,
    parameters: RouteParameters<N>,
    signal: AbortSignal,
    parts: RequestParts,
    headers: Record<string, string>
  ): Promise<Response> {
    const init: RequestInit = { method: ROUTES[route].method.toUpperCase(), headers, signal };
    if (parts.body !== undefined) {
      init.body = JSON.stringify(parts.body);
    }
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(
        makeUrl(this.settings.baseUrl, route, parameters, parts.query),
        init,
        this.settings
      );
    } catch (error) {
      // The caller's own abort stays an abort; everything else is "no answer".
      parts.signal?.throwIfAborted();
      throw error instanceof ApiProblem ? error : ApiProblem.unreachable(this.trans);
    }
    if (!response.ok) {
      throw await ApiProblem.refused(response, this.trans);
    }
    return response;
  }

  private async json(route: RouteName, response: Response): Promise<unknown> {
    let text: string;
    try {
      text = await response.text();
    } catch {
      throw ApiProblem.unreachable(this.trans);
    }
    const value = jsonOf(text);
    if (value === undefined) {
      throw ApiProblem.malformed(this.trans, `${ROUTES[route].path}: not JSON`);
    }
    return value;
  }

  private parse<S extends z.ZodType>(route: RouteName, schema: S, value: unknown): z.output<S> {
    const parsed = schema.safeParse(value);
    if (parsed.success) {
      return parsed.data;
    }
    const [first] = parsed.error.issues;
    const where = (first?.path ?? [])
      .map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
      .join('');
    throw ApiProblem.malformed(
      this.trans,
      `${ROUTES[route].path}: ${where.replace(/^\./, '')}: ${first?.message ?? ''}`
    );
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
