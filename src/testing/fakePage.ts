/** A page for unit tests of commands and dialogs: a model that is set by hand, and requests that are recorded. */
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { DisposableDelegate } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { Problem, Restore, ServerEvent, Snapshot, Volume } from '../../contract';
import type { ICommandContext } from '../commands/commandContext';
import type { IOpenDocument, OnDisk } from '../commands/openDocuments';
import { begunReproductions } from '../commands/begunReproductions';
import type { ServerSighting } from '../commands/ownServer';
import { makeFormat } from '../model/format';
import { LineageModel } from '../model/lineageModel';
import { MirrorsModel } from '../model/mirrorsModel';
import { readSettings, type Settings } from '../settings';
import type { Connection, IDatamarkApi, IDatamarkModel, ListState } from '../tokens';
import { sampleVolume } from './samples';

export const NOW = new Date('2026-11-19T14:20:00Z');
const trans = nullTranslator.load('jupyterlab_datamark');

/** Words in English, times in UTC, a clock that stands still. */
export const language = {
  trans,
  format: makeFormat({ trans, locale: 'en', timeZone: 'UTC' }),
  now: () => NOW
};

const YES = { available: true } as const;

/** A page that nobody hides. */
export const ALWAYS_VISIBLE = { visible: true, onChange: () => () => undefined };

/** A connection on which everything is possible. */
export const ONLINE: Connection = {
  state: 'online',
  status: {
    state: 'running',
    version: '0.1.0',
    api: { major: 1, minor: 0 },
    provider: { kind: 'local', label: 'plain directories' },
    user: 'alice',
    platform: null,
    capabilities: { snapshot: YES, clone: YES, restore: YES, files: YES, delete: YES, hold: YES },
    notices: [],
    freshness: { current: true },
    node: 'v24.0.0',
    pid: 7,
    startedAt: '2026-11-19T14:00:00Z'
  }
};

/** A model whose state tests set. */
export class FakeModel {
  readonly changed = new Signal<IDatamarkModel, void>(this as unknown as IDatamarkModel);
  readonly observed = new Signal<IDatamarkModel, ServerEvent>(this as unknown as IDatamarkModel);
  connection: Connection = ONLINE;
  volumes: ListState<Volume> = { state: 'ready', items: [sampleVolume()] };
  clones: IDatamarkModel['clones'] = { state: 'ready', items: [] };
  restores: IDatamarkModel['restores'] = { state: 'ready', items: [] };
  operations: IDatamarkModel['operations'] = [];
  selectedVolume: Volume | null = null;
  known = new Map<string, Snapshot>();
  holds = 0;
  refreshed = 0;
  /** Ends what `whenSnapshot` waits for. */
  finishSnapshot: (snapshot: Snapshot) => void = () => undefined;
  finishRestore: (restore: Restore) => void = () => undefined;

  hold() {
    this.holds += 1;
    return new DisposableDelegate(() => {
      this.holds -= 1;
    });
  }
  refresh = () => {
    this.refreshed += 1;
    return Promise.resolve();
  };
  stoppedFor: string | null = null;
  serverStops = ({ id }: Restore): void => {
    this.stoppedFor = id;
  };
  knownSnapshot = (name: string) => this.known.get(name) ?? null;
  volumeOfPath = (path: string): Volume | null => {
    const items = this.volumes.state === 'ready' ? this.volumes.items : [];
    const holding = items.filter(one => one.browsePath !== null && path.startsWith(one.browsePath));
    return holding.sort((one, other) => (other.browsePath?.length ?? 0) - (one.browsePath?.length ?? 0))[0] ?? null;
  };
  whenSnapshot = () => new Promise<Snapshot>(resolve => (this.finishSnapshot = resolve));
  whenRestoreCalls = 0;
  whenRestore = () => {
    this.whenRestoreCalls += 1;
    return new Promise<Restore>(resolve => (this.finishRestore = resolve));
  };
  whenClone = () => new Promise<never>(() => undefined);

  emit(event: ServerEvent): void {
    this.observed.emit(event);
  }
}

/** One request that was made. */
export type Call = readonly [method: string, ...args: unknown[]];

/** An api that records its calls; methods that are not given fail the test that calls them. */
export function fakeApi(answers: Partial<IDatamarkApi>, calls: Call[]): IDatamarkApi {
  return new Proxy({} as IDatamarkApi, {
    get: (_, method: string) => {
      const answer = (answers as Record<string, ((...args: unknown[]) => unknown) | undefined>)[method];
      return (...args: unknown[]) => {
        calls.push([method, ...args]);
        if (answer === undefined) {
          throw new Error(`${method} was not expected`);
        }
        return answer(...args);
      };
    }
  });
}

export interface IFakePage {
  readonly context: ICommandContext;
  readonly model: FakeModel;
  readonly calls: Call[];
  /** What was announced, in order. */
  readonly told: string[];
  readonly problems: Problem[];
  readonly documents: {
    list: IOpenDocument[];
    notebook: string | null;
    disk: Record<string, OnDisk>;
    saved: string[];
    reloaded: string[];
    failing: string[];
  };
  /** The page's own server: what was done to it, what the next looks see (then it is back), why it does not stop. */
  readonly server: { done: string[]; sightings: ServerSighting[]; refusal: Error | null; followed: string | null };
}

/** A page with one volume, no open file, and the given answers. */
export function fakePage(answers: Partial<IDatamarkApi> = {}, settings: Partial<Settings> = {}): IFakePage {
  const model = new FakeModel();
  const calls: Call[] = [];
  const told: string[] = [];
  const problems: Problem[] = [];
  const documents: IFakePage['documents'] = {
    list: [],
    notebook: null,
    disk: {},
    saved: [],
    reloaded: [],
    failing: []
  };
  const server: IFakePage['server'] = { done: [], sightings: [], refusal: null, followed: null };
  const api = fakeApi(answers, calls);
  let keys = 0;
  const context: ICommandContext = {
    ...language,
    commands: new CommandRegistry(),
    datamark: {
      api,
      model: model as unknown as IDatamarkModel,
      lineage: new LineageModel({ api, model: model as unknown as IDatamarkModel, page: ALWAYS_VISIBLE }),
      mirrors: new MirrorsModel({
        api,
        model: model as unknown as IDatamarkModel,
        page: ALWAYS_VISIBLE,
        now: () => NOW,
        every: 20
      })
    },
    documents: {
      list: () => documents.list,
      currentNotebook: () => documents.notebook,
      save: paths => {
        documents.saved.push(...paths);
        return Promise.resolve(paths.filter(path => documents.failing.includes(path)));
      },
      onDisk: path => Promise.resolve<OnDisk>(documents.disk[path] ?? 'same'),
      reload: paths => {
        documents.reloaded.push(...paths);
        return Promise.resolve(paths.filter(path => documents.failing.includes(path)));
      }
    },
    followed: new Set(),
    followedRestore: {
      get: () => server.followed,
      set: id => {
        server.followed = id;
      }
    },
    begun: begunReproductions(() => window.sessionStorage),
    server: {
      stop: () => {
        server.done.push('stop');
        return server.refusal === null ? Promise.resolve() : Promise.reject(server.refusal);
      },
      look: () => Promise.resolve(server.sightings.shift() ?? 'back'),
      reload: () => {
        server.done.push('reload');
      }
    },
    settings: { current: readSettings(settings), changed: new Signal<never, void>({} as never) },
    announcer: {
      snapshot: one => told.push(`snapshot ${one.name}`),
      clone: one => told.push(`clone ${one.id}`),
      restore: one => told.push(`restore ${one.id}`),
      info: text => told.push(text),
      problem: (headline, problem) => {
        told.push(headline);
        problems.push(problem);
      }
    },
    runningKernels: () => ['home/train.ipynb', 'home/features.ipynb'],
    kernelOf: path => (path === 'home/train.ipynb' ? 'kernel-1' : null),
    newKey: () => `key-${String(++keys)}`,
    selectedPath: () => null,
    selectedPaths: () => [],
    pickPaths: null,
    showFolder: path => {
      told.push(`folder ${path}`);
      return Promise.resolve();
    },
    openFile: path => {
      told.push(`file ${path}`);
    },
    drawMarkdown: (text, host) => {
      host.textContent = `drawn: ${text}`;
      return new DisposableDelegate(() => undefined);
    },
    saveFile: (content, name) => {
      told.push(`saved ${name} ${content.type}`);
    },
    openPage: address => {
      told.push(`page ${address}`);
    },
    copyText: text => {
      told.push(`copied ${text}`);
      return Promise.resolve();
    }
  };
  return { context, model, calls, told, problems, documents, server };
}
