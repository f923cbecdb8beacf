import { LineageModel } from '../../model/lineageModel';
import type { SeenRun } from '../../model/runsLook';
import { ALWAYS_VISIBLE, fakePage, language } from '../../testing/fakePage';
import { sampleLink, sampleRecent, sampleRun, sampleUse } from '../../testing/lineageSamples';
import { sampleSnapshot, sampleVolume } from '../../testing/samples';
import { until } from '../../testing/until';
import { graphText } from './graphImage';
import { lineageGraph } from './lineageGraph';

const snapshot = sampleSnapshot({ title: 'frozen' });
const run = (id: string, now: SeenRun['snapshots'][number]['now'], uid: string | null): SeenRun => ({
  run: sampleRun({ id, name: id }),
  snapshots: [{ link: sampleLink({ uid, snapshot: snapshot.name }), now }],
  nameOnly: false
});

it('draws otherwise what only has the names, and what is gone', () => {
  const runs = [
    run('sure', { state: 'exists', snapshot: snapshot.name }, snapshot.uid),
    run('unsure', { state: 'same-names', snapshot: snapshot.name, message: '' }, null),
    run('lost', { state: 'gone', message: 'It is gone.' }, 'uid-0')
  ];
  const known = () => snapshot;
  const graph = lineageGraph({ volume: sampleVolume(), snapshot: null, runs, total: 3, known }, language.trans);
  const into = (name: string) => graph.edges.filter(({ to }) => to.name === name);
  expect(
    ['sure', 'unsure', 'lost'].map(name => into(name).map(({ isUnsure, from }) => [isUnsure, from.isBad]))
  ).toEqual([[[false, false]], [[true, false]], [[false, true]]]);
});

it.each([
  ['', 'white'],
  ['#111', '#111']
])('gives the file a ground of its own, with the theme’s colour %j', (colour, fill) => {
  document.body.style.setProperty('--jp-layout-color1', colour);
  const graph = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  expect(graphText(graph)).toContain(`fill="${fill}"`);
});

it('counts as many runs as are written down, where MLflow tells fewer of them', async () => {
  const { model } = fakePage();
  const api = { recentRuns: () => Promise.resolve(sampleRecent([sampleUse()])) };
  const lineage = new LineageModel({ api: api as never, model: model as never, page: ALWAYS_VISIBLE });
  const look = lineage.of({ kind: 'volume', id: 'home' });
  const watched = look.watch();
  await until(() => look.found !== null);
  expect([lineage.useOf({ uid: 'uid-1', runs: 3 })?.count, lineage.useOf({ uid: 'uid-1' })?.count]).toEqual([3, 1]);
  expect(lineage.useOf({ uid: 'other' })).toBeNull();
  watched.dispose();
  lineage.dispose();
});
