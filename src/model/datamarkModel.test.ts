import type { IDisposable } from '@lumino/disposable';
import { problem, type Clone, type Restore } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import { FakeServer, until } from '../testing/fakeServer';
import { language, NOW } from '../testing/fakePage';
import { manySnapshots } from '../testing/manySnapshots';
import { sampleClone, sampleOperation, sampleRestore, sampleSnapshot, sampleVolume } from '../testing/samples';
import { DatamarkModel } from './datamarkModel';
import { itemsOf } from './listState';

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

it('lets no answer that is older than the stream undo what the stream told', async () => {
  let answer: (restore: Restore) => void = () => undefined;
  const { api } = server;
  const slow = new DatamarkModel({
    api: new Proxy(api, {
      get: (of, method: keyof typeof api) =>
        method === 'restore' ? () => new Promise<Restore>(resolve => (answer = resolve)) : of[method]
    }),
    page: { visible: true, onChange: () => () => undefined }
  });
  const running = sampleRestore({ phase: 'restoring' });
  const over = sampleRestore({ phase: 'succeeded', finishedAt: '2026-11-19T15:00:02Z' });
  server.restores = [];
  const done = slow.whenRestore(over.id, ({ phase }) => phase === 'succeeded', AbortSignal.timeout(5_000));
  const holder = slow.hold();
  await until(() => slow.connection.state === 'online' && slow.restores.state === 'ready');
  server.tell({ type: 'upsert', revision: ++server.revision, object: over });
  await done;
  answer(running);
  await new Promise(resolve => setTimeout(resolve, 0));
  expect(itemsOf(slow.restores).map(({ phase }) => phase)).toEqual(['succeeded']);
  holder.dispose();
  slow.dispose();
});

it('lets no list of clones that is read for one of them undo what the stream told of any', async () => {
  const answers: ((clones: readonly Clone[]) => void)[] = [];
  const { api } = server;
  let slowly = false;
  const slow = new DatamarkModel({
    api: new Proxy(api, {
      get: (of, method: keyof typeof api) =>
        method === 'clones' && slowly
          ? () => new Promise<readonly Clone[]>(resolve => answers.push(resolve))
          : of[method]
    }),
    page: { visible: true, onChange: () => () => undefined }
  });
  const made = sampleClone({ state: { phase: 'pending', since: '2026-11-19T14:00:00Z', message: '' } });
  const ready = sampleClone();
  const gone = sampleClone({ id: 'home.gone', name: 'gone' });
  server.clones = [made, gone];
  const holder = slow.hold();
  await until(() => slow.connection.state === 'online' && slow.clones.state === 'ready');
  slowly = true;
  const done = slow.whenClone(made.id, ({ state }) => state.phase === 'ready', AbortSignal.timeout(5_000));
  server.tell({ type: 'remove', revision: ++server.revision, kind: 'clone', id: gone.id, volume: null });
  server.tell({ type: 'upsert', revision: ++server.revision, object: ready });
  expect((await done).state.phase).toBe('ready');
  answers.forEach(answer => answer([made, gone]));
  await new Promise(resolve => setTimeout(resolve, 0));
  expect(answers).toHaveLength(1);
  expect(itemsOf(slow.clones).map(({ id, state }) => [id, state.phase])).toEqual([[ready.id, 'ready']]);
  holder.dispose();
  slow.dispose();
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

it('does not let a page that was read earlier undo what is known of a snapshot', async () => {
  let answer: () => void = () => undefined;
  const { api } = server;
  const pending = { phase: 'pending', since: '2026-11-19T14:08:03Z', message: '' } as const;
  const [first] = server.snapshots;
  const name = first?.name ?? '';
  let slow = false;
  const late = new DatamarkModel({
    api: new Proxy(api, {
      get: (target, method: keyof typeof api) =>
        method === 'snapshots' && slow
          ? async (...args: Parameters<typeof api.snapshots>) => {
              const page = await target.snapshots(...args);
              await new Promise<void>(resolve => (answer = resolve));
              return { ...page, items: page.items.map(one => (one.name === name ? { ...one, state: pending } : one)) };
            }
          : target[method]
    }),
    page: { visible: true, onChange: () => () => undefined }
  });
  const hold = late.hold();
  await until(() => late.timeline.list.state === 'ready');
  slow = true;
  late.timeline.setFilter({ q: 'snapshot' });
  await until(() => answer.length === 1);
  server.put(sampleSnapshot({ ...first, title: 'snapshot told since' }));
  await until(() => late.knownSnapshot(name)?.title === 'snapshot told since');
  let taken = false;
  late.timeline.changed.connect(() => (taken = true));
  answer();
  await until(() => taken);
  expect(late.knownSnapshot(name)?.state.phase).toBe('ready');
  hold.dispose();
  late.dispose();
});

it('does not let a list that was read earlier undo a newer event', async () => {
  let answer: () => void = () => undefined;
  const { api } = server;
  const slow = new DatamarkModel({
    api: new Proxy(api, {
      get: (target, name: keyof typeof api) =>
        name === 'clones'
          ? () => new Promise(resolve => (answer = () => resolve([sampleClone({ path: '/old' })])))
          : target[name]
    }),
    page: { visible: true, onChange: () => () => undefined }
  });
  const hold = slow.hold();
  await until(() => slow.timeline.list.state === 'ready');
  server.tell({ type: 'upsert', revision: 9, object: sampleClone({ path: '/new' }) });
  await until(() => server.calls.length > 0 && slow.clones.state === 'loading');
  let seen = false;
  slow.observed.connect((_, event) => (seen ||= event.type === 'upsert'));
  server.tell({ type: 'upsert', revision: 10, object: sampleClone({ path: '/new' }) });
  await until(() => seen);
  answer();
  await until(() => slow.clones.state === 'ready');
  expect(itemsOf(slow.clones)[0]?.path).toBe('/new');
  hold.dispose();
  slow.dispose();
});
