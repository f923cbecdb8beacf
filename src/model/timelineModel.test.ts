import { problem } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import { FakeServer, until } from '../testing/fakeServer';
import { manySnapshots } from '../testing/manySnapshots';
import { sampleRestore, sampleSnapshot } from '../testing/samples';
import { language } from '../testing/fakePage';
import type { TimelineRow } from '../tokens';
import { itemsOf } from './listState';
import { TimelineModel } from './timelineModel';

const VOLUME = 'home-1a2b3c4d';
let server: FakeServer;
let model: TimelineModel;

beforeEach(() => {
  server = new FakeServer();
  model = new TimelineModel({ api: server.api });
  model.setVolume(VOLUME);
});

afterEach(() => model.dispose());

const rows = () => itemsOf(model.list);
const names = () => rows().flatMap(row => (row.type === 'snapshot' ? [row.snapshot.name] : []));
const counts = () => rows().flatMap(row => (row.type === 'day' ? [[row.day, row.count]] : []));
const kinds = (from: number, to: number) =>
  new Set(
    rows()
      .slice(from, to)
      .map(row => row.type)
  );
/** What the rows would be if everything were loaded. */
const truth = (): TimelineRow['type'][] => {
  const all: TimelineRow['type'][] = ['now'];
  let day = '';
  for (const { createdAt } of server.snapshots) {
    if (createdAt.slice(0, 10) !== day) {
      day = createdAt.slice(0, 10);
      all.push('day');
    }
    all.push('snapshot');
  }
  return all;
};
const tell = () => {
  const { tell: send } = server;
  server.tell = event => {
    send.call(server, event);
    model.apply(event);
  };
};

it('shows Now, day headings with counts, loaded rows, and places of the others', async () => {
  server.snapshots = manySnapshots(240);
  await model.load();
  expect(model.total).toBe(240);
  expect(rows()).toHaveLength(truth().length);
  expect(
    rows()
      .slice(0, 3)
      .map(row => row.type)
  ).toEqual(['now', 'day', 'snapshot']);
  expect(counts()[0]).toEqual(['2026-11-19', 15]);
  expect(names()).toHaveLength(100);
  expect(rows().at(-1)?.type).toBe('placeholder');
});

it('loads the rows asked for, and nothing twice', async () => {
  server.snapshots = manySnapshots(1_000);
  await model.load();
  const last = rows().length - 1;
  await Promise.all([model.ensure(last - 20, last), model.ensure(last - 20, last)]);
  expect(kinds(last - 20, last + 1)).toEqual(new Set(['snapshot', 'day']));
  expect(kinds(400, 420).has('placeholder')).toBe(true);
  const asked = server.called('snapshots');
  await model.ensure(last - 20, last);
  expect(server.called('snapshots')).toBe(asked);
  expect(names().at(-1)).toBe('home.s00999');
});

it('asks for at most 200 rows at once, and goes far inside one long day at once', async () => {
  server.snapshots = manySnapshots(9_000, { minutes: 0.01 });
  await model.load();
  await model.ensure(7_000, 7_020);
  expect(kinds(7_000, 7_021)).toEqual(new Set(['snapshot']));
  expect(server.called('snapshots')).toBe(2);
  const row = rows()[7_002];
  expect(row?.type === 'snapshot' && row.snapshot.name).toBe('home.s07000');
  for (const [, , query] of server.calls.filter(([name]) => name === 'snapshots')) {
    expect((query as { limit: number }).limit).toBeLessThanOrEqual(200);
  }
});

it('opens 10,000 snapshots at once and takes in changes without a pause', async () => {
  server.snapshots = manySnapshots(10_000, { minutes: 20 });
  const begin = performance.now();
  await model.load();
  await model.ensure(0, 40);
  expect(performance.now() - begin).toBeLessThan(1_000);
  expect(model.total).toBe(10_000);
  const first = server.snapshots[0] ?? sampleSnapshot();
  const changes = performance.now();
  for (let at = 0; at < 20; at++) {
    model.apply({ type: 'upsert', revision: at, object: { ...first, title: `t${at}` } });
  }
  expect((performance.now() - changes) / 20).toBeLessThan(50);
});

it('puts a new snapshot on top and keeps what was loaded below', async () => {
  server.snapshots = manySnapshots(300);
  await model.load();
  const last = rows().length - 1;
  await model.ensure(last, last);
  tell();
  server.put(sampleSnapshot({ name: 'home.new', createdAt: '2026-11-19T15:00:00Z' }));
  await until(() => names()[0] === 'home.new');
  expect(model.total).toBe(301);
  expect(counts()[0]).toEqual(['2026-11-19', 16]);
  expect(names()).toContain('home.s00299');
  expect(rows()).toHaveLength(truth().length);
});

it('takes a removed snapshot out at once and counts it off, also the last one of a day', async () => {
  server.snapshots = manySnapshots(3, { minutes: 24 * 60 });
  await model.load();
  tell();
  model.open('home.s00001');
  server.take('home.s00001');
  expect(names()).toEqual(['home.s00000', 'home.s00002']);
  expect(counts()).toHaveLength(2);
  expect(model.total).toBe(2);
  expect(model.opened).toBeNull();
});

it('counts again when one is removed that was never loaded', async () => {
  server.snapshots = manySnapshots(300);
  await model.load();
  tell();
  server.take('home.s00280');
  await until(() => model.total === 299);
  expect(rows()).toHaveLength(truth().length);
});

it('reads counts once for a burst of changes', async () => {
  server.snapshots = manySnapshots(300);
  await model.load();
  const asked = server.called('snapshots');
  tell();
  for (let at = 200; at < 260; at++) {
    server.take(`home.s00${at}`);
  }
  await until(() => model.total === 240);
  expect(server.called('snapshots') - asked).toBeLessThanOrEqual(2);
});

it('does not let a page that was read earlier undo a newer event', async () => {
  server.snapshots = manySnapshots(5);
  const loading = model.load();
  const changed = { ...(server.snapshots[0] ?? sampleSnapshot()), title: 'newer' };
  model.apply({ type: 'upsert', revision: 99, object: changed });
  await loading;
  expect(rows().flatMap(row => (row.type === 'snapshot' ? [row.snapshot.title] : []))[0]).toBe('newer');
});

it('searches after a pause in typing, without the row Now', async () => {
  server.snapshots = manySnapshots(50);
  await model.load();
  const asked = server.called('snapshots');
  model.setFilter({ q: 'snapshot 4' });
  model.setFilter({ q: 'snapshot 42' });
  await until(() => model.total === 1);
  expect(server.called('snapshots') - asked).toBe(1);
  expect(rows().map(row => row.type)).toEqual(['day', 'snapshot']);
});

it('drops the answer for a filter or volume that is not shown any more', async () => {
  server.snapshots = manySnapshots(50);
  const late = model.load();
  model.setVolume('other');
  await late;
  expect(model.list.state).toBe('loading');
});

it('keeps restores in their places and out of searches, other volumes and an empty timeline', async () => {
  server.snapshots = manySnapshots(3);
  const ended = sampleRestore({ phase: 'succeeded', finishedAt: '2026-11-19T13:30:00Z' });
  const types = () => rows().map(({ type }) => type);
  model.setRestores([ended, { ...ended, id: 'elsewhere', volume: 'data-1' }]);
  expect(model.list.state).toBe('loading');
  await model.load();
  expect(types()).toEqual(['now', 'day', 'snapshot', 'restore', 'snapshot', 'snapshot']);
  expect(model.total).toBe(3);
  expect(await model.find('home.s00001')).toBe(4);
  model.setRestores([]);
  expect(types()).not.toContain('restore');
  model.setRestores([ended]);
  model.setFilter({ q: 'snapshot' });
  await model.load();
  expect(types()).toEqual(['day', 'snapshot', 'snapshot', 'snapshot']);
  model.setFilter({ q: '' });
  server.snapshots = [];
  await model.load();
  expect(rows()).toEqual([]);
});

it('finds a row that was not loaded', async () => {
  server.snapshots = manySnapshots(600);
  await model.load();
  const row = await model.find('home.s00555');
  const found = rows()[row];
  expect(found?.type === 'snapshot' && found.snapshot.name).toBe('home.s00555');
  expect(await model.find('home.unknown')).toBe(-1);
});

it('tells forbidden, broken and unreachable apart, and keeps old rows when nobody answers', async () => {
  server.fault = new ApiProblem('answered', problem('forbidden', { detail: 'You may not.', next: 'Ask.' }));
  await model.load();
  expect(model.list.state).toBe('forbidden');
  server.fault = ApiProblem.malformed(language.trans, 'items[3].createdAt is missing');
  await model.load();
  expect(model.list.state).toBe('broken');
  server.fault = null;
  server.snapshots = manySnapshots(3);
  await model.load();
  const asOf = new Date('2026-11-19T14:12:00Z');
  model.broken(ApiProblem.unreachable(language.trans), asOf);
  model.broken(ApiProblem.unreachable(language.trans), new Date('2026-11-19T14:20:00Z'));
  expect(model.list).toMatchObject({ state: 'unreachable', asOf });
  expect(names()).toHaveLength(3);
  model.resumed();
  expect(model.list.state).toBe('ready');
});
