/** The section Lineage in the panel: what it asks for and when, and what it says in each state. */
import { MessageLoop } from '@lumino/messaging';
import type { RecentRuns } from '../../contract';
import { type FakeServer, until } from '../testing/fakeServer';
import {
  mlflowRefuses,
  sampleLink,
  sampleRecent,
  sampleRun,
  sampleRunsOfSnapshot,
  sampleUse
} from '../testing/lineageSamples';
import { PanelScene } from '../testing/panelScene';
import { sampleClone, sampleSnapshot } from '../testing/samples';
import { CommandIDs } from '../tokens';

const CHAMPION = sampleUse({
  run: sampleRun({ versions: [{ name: 'churn', version: '7', aliases: ['champion'] }] })
});
const FAILED = sampleUse({ run: sampleRun({ id: 'f', name: 'sweep-9', status: 'FAILED', metrics: [] }) });

let scene: PanelScene;
let server: FakeServer;

beforeEach(() => {
  scene = new PanelScene();
  ({ server } = scene);
  server.snapshots = [sampleSnapshot({ title: 'features v3 frozen' })];
  server.tellStatus({ lineage: true });
  server.recentRuns = () => sampleRecent([CHAMPION, FAILED]);
});

afterEach(() => scene.dispose());

const asked = () => server.called('recentRuns') + server.called('runsOfSnapshot');
const toggle = (): HTMLElement => scene.query('.dm-section-lineage .dm-section-toggle');
const openSection = async (...words: string[]): Promise<void> => {
  scene.state.setOpen('lineage', true);
  for (const one of words) {
    await until(() => scene.text().includes(one));
  }
};

it('is not there where nothing is set for MLflow', async () => {
  server.tellStatus({ lineage: undefined });
  scene.state.setOpen('lineage', true);
  await scene.show('features v3 frozen', 'Connected');
  expect(scene.panel.node.querySelector('.dm-section-lineage')).toBeNull();
  expect(asked()).toBe(0);
});

it('asks once for the timeline and the section, and nothing while the panel is hidden', async () => {
  const search = { complete: true, searched: 3, known: 3, asOf: new Date().toISOString() };
  server.recentRuns = () => sampleRecent([CHAMPION, FAILED], { search });
  await scene.show('features v3 frozen', 'Lineage', 'champion');
  expect(toggle().getAttribute('aria-expanded')).toBe('false');
  expect(asked()).toBe(1);
  toggle().click();
  await until(() => scene.text().includes('churn v7'));
  expect(asked()).toBe(1);
  scene.panel.hide();
  MessageLoop.flush();
  await until(() => server.open === 0);
  await until(() => !scene.lineage.of({ kind: 'volume', id: 'home-1a2b3c4d' }).isWatched);
  scene.lineage.outdated();
  scene.state.setOpen('lineage', false);
  scene.state.setOpen('timeline', false);
  await until(() => toggle().getAttribute('aria-expanded') === 'false');
  scene.state.setOpen('lineage', true);
  scene.state.setOpen('timeline', true);
  await until(() => toggle().getAttribute('aria-expanded') === 'true');
  expect(asked()).toBe(1);
});

it('asks anew where the section is opened later than for the timeline: a cell may have run since', async () => {
  server.recentRuns = () => sampleRecent([CHAMPION]);
  await scene.show('features v3 frozen', 'Lineage', 'champion');
  expect(asked()).toBe(1);
  toggle().click();
  await until(() => asked() === 2);
  const questions = server.calls.filter(([name]) => name === 'recentRuns').map(([, question]) => question);
  expect(questions).toEqual([expect.objectContaining({ anew: false }), expect.objectContaining({ anew: true })]);
});

it('asks nothing of MLflow while the timeline and the section are closed', async () => {
  scene.state.setOpen('timeline', false);
  await scene.show('Timeline', 'Lineage');
  await until(() => server.called('snapshots') > 0);
  expect(asked()).toBe(0);
});

it('ends a search that takes long when nobody looks any more', async () => {
  const pending = { complete: false, searched: 40, known: 50, asOf: '2026-11-19T14:20:00Z' };
  let last: AbortSignal | undefined;
  server.recentRuns = signal => {
    last = signal;
    return sampleRecent([], { search: pending });
  };
  await scene.show('features v3 frozen');
  await openSection('Searched 40 of 50 experiments');
  await until(() => asked() > 2);
  scene.state.setOpen('lineage', false);
  scene.state.setOpen('timeline', false);
  await until(() => last?.aborted === true);
  scene.state.setOpen('lineage', true);
  await until(() => scene.text().includes('Searched 40'));
  scene.clickButton('Cancel');
  await until(() => scene.text().includes('MLflow was not asked to the end'));
});

it('shows volume, snapshot, run, version and alias, and what became of each snapshot', async () => {
  const gone = sampleUse({
    run: sampleRun({ id: 'g', name: 'sweep-7' }),
    snapshots: [
      { link: sampleLink({ snapshot: 'home.old', uid: 'uid-0' }), now: { state: 'gone', message: 'It is gone.' } }
    ]
  });
  server.recentRuns = () => sampleRecent([CHAMPION, FAILED, gone], { total: 64 });
  await scene.show('features v3 frozen');
  await openSection('sweep-12', 'auc 0.8714', 'churn v7', 'champion', 'Failed', 'snapshot deleted', 'newest 3 of 64');
  const link = scene.query('a[aria-label="Open sweep-12 in MLflow"]');
  expect(link.getAttribute('href')).toBe('https://mlflow.example/#/experiments/1/runs/a1b2');
  expect(await scene.serious()).toEqual([]);
  scene.clickButton('Show more');
  expect(scene.ran).toEqual([[CommandIDs.showLineage, { volume: 'home-1a2b3c4d' }]]);
});

it('never makes a link of what is no page', async () => {
  server.recentRuns = () => sampleRecent([sampleUse({ run: sampleRun({ link: 'javascript:alert(1)' }) })]);
  await scene.show('features v3 frozen');
  await openSection('sweep-12');
  expect(scene.panel.node.querySelector('a')).toBeNull();
});

it('tells of the open snapshot alone, with its clones, and leaves out runs of another one of its name', async () => {
  const other = {
    run: sampleRun({ id: 'o', name: 'stranger' }),
    match: 'other',
    link: sampleLink({ uid: 'uid-0' })
  } as const;
  server.runsOfSnapshot = () => sampleRunsOfSnapshot([{ run: CHAMPION.run, match: 'uid', link: sampleLink() }, other]);
  server.clones = [sampleClone()];
  await scene.show('features v3 frozen');
  scene.model.timeline.open('home.20261119-140803z-a1b2');
  await openSection('sweep-12', 'lr-sweep');
  expect(scene.text()).not.toContain('stranger');
});

it('puts what MLflow tells on the rows of the timeline, without the section', async () => {
  await scene.show('features v3 frozen', 'champion');
  const row = scene.query('[aria-label*="2 runs · 1 model"]');
  expect(row.textContent).toContain('champion');
  expect(row.querySelector('.dm-chip')?.getAttribute('title')).toBe('2 runs · 1 model');
  row.click();
  await until(() => scene.text().includes('Runs: sweep-12, sweep-9 · churn v7 @champion'));
});

it('puts on the rows how many runs are written down, where MLflow does not answer or is not set up', async () => {
  server.snapshots = [sampleSnapshot({ title: 'features v3 frozen', runs: 3 })];
  server.recentRuns = () =>
    sampleRecent([], { mlflow: mlflowRefuses('mlflow-unreachable', 'mlflow.example does not answer.'), search: null });
  await scene.show('features v3 frozen');
  await until(() => asked() === 1);
  const chip = () => scene.query('.dm-snap[aria-label*=", 3 runs"] .dm-chip');
  expect([chip().textContent, chip().getAttribute('title')]).toEqual(['3', 'Written down on it: 3 runs']);
  server.tellStatus({ lineage: undefined });
  await until(() => !scene.text().includes('Lineage'));
  expect(chip().textContent).toBe('3');
});

it.each<[string, RecentRuns['mlflow'], string[]]>([
  [
    'does not answer',
    mlflowRefuses('mlflow-unreachable', 'mlflow.example does not answer.'),
    ['MLflow does not answer', 'mlflow.example does not answer.', 'Try again']
  ],
  ['refuses', mlflowRefuses('mlflow-refused', 'It takes no requests for this host.'), ['MLflow refused it']],
  ['forbids', mlflowRefuses('forbidden', 'MLflow asks who you are.'), ['You may not see runs', 'asks who you are']],
  [
    'is a file',
    { state: 'not-set-up', reason: 'MLFLOW_TRACKING_URI names a file.', fix: 'Set the address of a server.' },
    ['MLflow is not set up', 'names a file.', 'Set the address']
  ]
])('says where MLflow %s', async (_, mlflow, words) => {
  server.recentRuns = () => sampleRecent([], { mlflow, search: null });
  await scene.show('features v3 frozen');
  await openSection(...words);
  expect(scene.text()).not.toContain('No run');
  expect(await scene.serious()).toEqual([]);
});

it('claims no more than was found where there is none', async () => {
  server.recentRuns = () => sampleRecent([]);
  await scene.show('features v3 frozen');
  await openSection('No run that you may read names home.');
});

it('keeps what was found while MLflow does not answer, and says from when it is', async () => {
  await scene.show('features v3 frozen');
  await openSection('sweep-12');
  server.recentRuns = () =>
    sampleRecent([], { mlflow: mlflowRefuses('mlflow-unreachable', 'mlflow.example does not answer.'), search: null });
  scene.query('[aria-label="Ask MLflow again"]').click();
  await until(() => scene.text().includes('mlflow.example does not answer. Shown as of 14:20.'));
  expect(scene.text()).toContain('sweep-12');
});

describe('a row', () => {
  const row = (label: string) => scene.query(`.dm-lineage-row[aria-label^="${label}"]`);
  const grid = () => scene.query('.dm-lineage [role="grid"]');
  const press = (key: string) =>
    grid().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  const goTo = async (label: string) => {
    row(label).click();
    await until(() => row(label).classList.contains('is-active'));
  };

  it('leads by key to the run’s data and to the version’s card', async () => {
    await scene.show('features v3 frozen');
    await openSection('churn v7');
    await goTo('sweep-12');
    press('r');
    press('d');
    await goTo('churn v7');
    press('d');
    press('R');
    expect(scene.ran).toEqual([
      [CommandIDs.reproduce, { of: 'a1b2' }],
      [CommandIDs.showDataCard, { of: 'models:/churn/7' }],
      [CommandIDs.reproduce, { of: 'models:/churn/7' }]
    ]);
  });

  it('has the same in its menu, which its button opens', async () => {
    await scene.show('features v3 frozen');
    await openSection('churn v7');
    await goTo('churn v7');
    scene.query('[aria-label="More for churn v7"]').click();
    await until(() => document.querySelectorAll('.lm-Menu-item').length === 2);
    expect(await scene.serious()).toEqual([]);
  });
});

it('says what is pinned for the notebook in front, and ends it', async () => {
  server.pinned = kernel => ({ kernel, notebook: 'work/train.ipynb', snapshots: [sampleLink()] });
  scene.lineage.pins.setFront({ path: 'work/train.ipynb', kernel: 'k1' });
  await scene.show('features v3 frozen');
  expect(server.called('pinned')).toBe(0);
  await openSection('New runs of train.ipynb are tagged with home: features v3 frozen');
  scene.clickButton('Unpin');
  expect(scene.ran).toEqual([[CommandIDs.unpinNotebook, { path: 'work/train.ipynb' }]]);
  scene.lineage.pins.told({ kernel: 'k1', notebook: null, snapshots: [] });
  await until(() => !scene.text().includes('New runs of'));
});

it('does not say of how many runs the newest are shown where nobody has counted them', async () => {
  server.recentRuns = () => sampleRecent([CHAMPION, FAILED], { total: 500, more: true });
  await scene.show('features v3 frozen');
  await openSection('sweep-12', 'newest 2 of more than 500');
});
