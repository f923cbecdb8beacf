import type { IDisposable } from '@lumino/disposable';
import { problem } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import { FakeServer, until } from '../testing/fakeServer';
import { language, NOW } from '../testing/fakePage';
import { manySnapshots } from '../testing/manySnapshots';
import {
  sampleClone,
  sampleOperation,
  samplePlan,
  sampleRestore,
  sampleSnapshot,
  sampleVolume
} from '../testing/samples';
import { DatamarkModel } from './datamarkModel';
import { itemsOf } from './listState';
import { waitsForServer } from './restoresUnderWay';

let server: FakeServer;
let model: DatamarkModel;
let page: { visible: boolean; listener: () => void };
let held: IDisposable | null;

beforeEach(() => {
  server = new FakeServer();
  server.volumes = [sampleVolume(), sampleVolume({ id: 'data-1', name: 'data', browsePath: 'work/data' })];
  server.snapshots = manySnapshots(5);
  page = { visible: true, listener: () => undefined };
  held = null;
  const shown = page;
  model = new DatamarkModel({
    api: server.api,
    pause: () => 1,
    page: {
      get visible() {
        return shown.visible;
      },
      onChange: listener => {
        shown.listener = listener;
        return () => undefined;
      }
    }
  });
});

afterEach(() => {
  held?.dispose();
  model.dispose();
});

const online = async () => {
  held = model.hold();
  await until(() => model.connection.state === 'online' && model.timeline.list.state === 'ready');
};
const show = (visible: boolean) => {
  page.visible = visible;
  page.listener();
};

it('asks for no stop any more once this page has stopped the server', async () => {
  const waiting = sampleRestore({ phase: 'waiting', strategy: 'swap', plan: samplePlan({ stopsServer: true }) });
  server.restores = [waiting];
  await online();
  expect(itemsOf(model.restores).map(waitsForServer)).toEqual([true]);
  model.serverStops(waiting);
  expect(itemsOf(model.restores).map(({ phase }) => phase)).toEqual(['waiting']);
  expect(itemsOf(model.restores).map(waitsForServer)).toEqual([false]);
});

it('asks nothing before somebody holds it', () => {
  expect(server.calls).toEqual([]);
  expect(model.connection.state).toBe('idle');
});

it('reads the status, then opens one stream, then lists each thing once', async () => {
  await online();
  model.hold().dispose();
  expect(server.calls.map(([name]) => name)).toEqual([
    'status',
    'events',
    'volumes',
    'clones',
    'restores',
    'operations',
    'snapshots'
  ]);
  expect(server.open).toBe(1);
  expect(model.selectedVolume?.id).toBe('home-1a2b3c4d');
});

it('closes the stream when it is released or the page is hidden, and resumes where it was', async () => {
  await online();
  show(false);
  await until(() => server.open === 0);
  const asked = server.calls.length;
  show(true);
  await until(() => server.open === 1 && model.connection.state === 'online');
  expect(server.calls.slice(asked).map(([name]) => name)).toEqual(['status', 'events']);
  expect(server.calls.at(-1)?.[1]).toBe('e:1');
  held?.dispose();
  held = null;
  await until(() => server.open === 0);
  expect(model.connection.state).toBe('idle');
});

it('lists again when what was missed is not known any more', async () => {
  await online();
  server.opening = 'reset';
  server.clones = [sampleClone()];
  server.breakStreams();
  await until(() => itemsOf(model.clones).length === 1);
});

it('keeps rows with their time while nobody answers, and takes them back on return', async () => {
  await online();
  server.status = ApiProblem.unreachable(language.trans);
  server.breakStreams();
  await until(() => model.connection.state === 'unreachable');
  expect(model.volumes).toMatchObject({ state: 'unreachable', items: server.volumes });
  expect(model.timeline.list.state).toBe('unreachable');
  const fresh = new FakeServer();
  server.status = fresh.status;
  await until(() => model.connection.state === 'online' && model.volumes.state === 'ready');
});

it('waits for a person when the login has ended, and keeps what was read', async () => {
  await online();
  const told = problem('login-needed', { detail: 'You are not logged in.', next: 'Reload the page.' });
  server.status = new ApiProblem('answered', told);
  server.breakStreams();
  await until(() => model.connection.state === 'logged-out');
  expect(itemsOf(model.volumes)).toEqual(server.volumes);
  const asked = server.called('status');
  await expect(until(() => server.called('status') > asked, 100)).rejects.toThrow();
  const fresh = new FakeServer();
  server.status = fresh.status;
  await model.refresh();
  await until(() => model.connection.state === 'online' && model.volumes.state === 'ready');
});

it('asks again for lists that were refused while storage did not answer, once it does', async () => {
  const told = problem('storage-unreachable', { detail: 'The Kubernetes API does not answer.', next: 'Wait.' });
  const never = { current: false, problem: told, since: NOW.toISOString(), asOf: null, retryAt: null } as const;
  server.tellStatus({ freshness: never });
  server.fault = new ApiProblem('answered', told);
  model.hold();
  await until(() => model.volumes.state === 'unreachable');
  expect(model.volumes).toMatchObject({ asOf: null, problem: { detail: 'The Kubernetes API does not answer.' } });

  server.tellStatus({ freshness: { ...never, retryAt: NOW.toISOString() } });
  server.fault = null;
  server.tellStatus({ freshness: { current: true } });

  await until(() => model.volumes.state === 'ready' && model.timeline.list.state === 'ready');
});

it('says what stands in the way: no server part, another major version, no sidecar', async () => {
  const running = server.status;
  server.status = new ApiProblem('foreign', {
    type: 'about:blank',
    title: '',
    status: 404,
    detail: '',
    next: '',
    object: null
  });
  held = model.hold();
  await until(() => model.connection.state === 'absent');
  const asked = server.calls.length;
  if (running instanceof ApiProblem || running.state !== 'running') {
    throw new Error('the fake server does not run');
  }
  server.status = { ...running, api: { major: 9, minor: 0 } };
  await model.refresh();
  expect(model.connection).toEqual({ state: 'incompatible', serverMajor: 9 });
  expect(server.calls.length - asked).toBe(1);
  server.status = {
    state: 'unavailable',
    cause: 'node-missing',
    title: '',
    detail: '',
    fix: '',
    log: [],
    retryAt: null
  };
  await model.refresh();
  await until(() => model.connection.state === 'unavailable');
  server.status = running;
  await until(() => model.connection.state === 'online');
});

it('applies events to lists, and shows running and failed operations until they are dismissed', async () => {
  await online();
  const running = sampleOperation({ id: 'op-1', state: 'running' });
  server.tell({ type: 'upsert', revision: 2, object: running });
  server.tell({ type: 'upsert', revision: 3, object: sampleClone() });
  await until(() => model.operations.length === 1 && itemsOf(model.clones).length === 1);
  server.tell({ type: 'upsert', revision: 4, object: { ...running, state: 'failed' } });
  await until(() => model.operations[0]?.state === 'failed');
  model.dismissOperation('op-1');
  expect(model.operations).toEqual([]);
  server.tell({ type: 'remove', revision: 5, kind: 'clone', id: 'home.lr-sweep', volume: null });
  await until(() => itemsOf(model.clones).length === 0);
});

it('shows the snapshots of the volume that is chosen, also when it was chosen before anything was read', async () => {
  model.selectVolume('data-1');
  await online();
  expect(model.selectedVolume?.id).toBe('data-1');
  expect(model.timeline.total).toBe(0);
  model.selectVolume('home-1a2b3c4d');
  await until(() => model.timeline.total === 5);
});

it('shows the snapshots of a volume that is chosen while other lists are still being read', async () => {
  const { api } = server;
  const answers: (() => void)[] = [];
  const slow = new DatamarkModel({
    api: new Proxy(api, {
      get: (of, method: keyof typeof api) =>
        method === 'operations' ? () => new Promise<never[]>(resolve => answers.push(() => resolve([]))) : of[method]
    }),
    page: { visible: true, onChange: () => () => undefined }
  });
  slow.selectVolume('data-1');
  const holder = slow.hold();
  await until(() => slow.timeline.list.state === 'ready');
  slow.selectVolume('home-1a2b3c4d');
  await until(() => slow.timeline.total === 5);
  expect(answers).toHaveLength(1);
  holder.dispose();
  slow.dispose();
});

it('finds the deepest volume that holds a path', async () => {
  await online();
  expect(model.volumeOfPath('work/data/x.csv')?.id).toBe('data-1');
  expect(model.volumeOfPath('work/database/x.csv')?.id).toBe('home-1a2b3c4d');
});

it('waits for an object by the stream, and holds it meanwhile', async () => {
  const pending = sampleSnapshot({
    name: 'home.new',
    state: { phase: 'pending', since: '2026-11-19T14:00:00Z', message: '' }
  });
  server.put(pending);
  const ready = model.whenSnapshot('home.new', one => one.state.phase === 'ready', new AbortController().signal);
  await until(() => server.open === 1);
  server.put({ ...pending, state: { phase: 'ready', at: '2026-11-19T14:00:02Z' } });
  expect((await ready).state.phase).toBe('ready');
  await until(() => server.open === 0);
});

it('gives up waiting when it is told to, or when the object goes away', async () => {
  await online();
  const stop = new AbortController();
  const first = model.whenSnapshot('home.s00000', () => false, stop.signal);
  stop.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  const second = model.whenSnapshot('home.s00001', () => false, new AbortController().signal);
  await until(() => model.knownSnapshot('home.s00001') !== null);
  server.take('home.s00001');
  await expect(second).rejects.toThrow('home.s00001 is gone.');
});

it('puts a clone of the same second where the server’s list has it', async () => {
  server.clones = ['sweep-c', 'sweep-a'].map(id => sampleClone({ id, uid: id }));
  await online();
  server.tell({ type: 'upsert', revision: 9, object: sampleClone({ id: 'sweep-b', uid: 'sweep-b' }) });
  await until(() => itemsOf(model.clones).length === 3);
  expect(itemsOf(model.clones).map(({ id }) => id)).toEqual(['sweep-c', 'sweep-b', 'sweep-a']);
});
