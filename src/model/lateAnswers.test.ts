/** Answers that come later than what the stream has told since they were asked for: they undo nothing of it. */
import type { Clone, Restore } from '../../contract';
import { FakeServer, until } from '../testing/fakeServer';
import { manySnapshots } from '../testing/manySnapshots';
import { sampleClone, sampleRestore, sampleSnapshot, sampleVolume } from '../testing/samples';
import { DatamarkModel } from './datamarkModel';
import { itemsOf } from './listState';

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.volumes = [sampleVolume(), sampleVolume({ id: 'data-1', name: 'data', browsePath: 'work/data' })];
  server.snapshots = manySnapshots(5);
});

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
