import { Widget } from '@lumino/widgets';
import { MessageLoop } from '@lumino/messaging';
import { CommandRegistry } from '@lumino/commands';
import axe from 'axe-core';
import type { RunDifferences } from '../../../contract';
import { DatamarkModel } from '../../model/datamarkModel';
import { LineageModel } from '../../model/lineageModel';
import { MirrorsModel } from '../../model/mirrorsModel';
import { ALWAYS_VISIBLE, language } from '../../testing/fakePage';
import { FakeServer, until } from '../../testing/fakeServer';
import { sampleLink, sampleRecent, sampleRun, sampleRunsOfSnapshot, sampleUse } from '../../testing/lineageSamples';
import { sampleSnapshot, sampleVolume } from '../../testing/samples';
import { CommandIDs } from '../../tokens';
import { PanelState } from '../panelState';
import { graphText } from './graphImage';
import { LineagePanel } from './lineagePanel';

const SNAPSHOT = sampleSnapshot({ title: 'features v3 frozen' });
const CHAMPION = sampleRun({ versions: [{ name: 'churn', version: '7', aliases: ['champion'] }] });
const GONE = sampleUse({
  run: sampleRun({ id: 'g', name: 'sweep-7', metrics: [] }),
  snapshots: [
    { link: sampleLink({ snapshot: 'home.old', uid: 'old' }), now: { state: 'gone', message: 'It is gone.' } }
  ]
});
const PLAIN = sampleUse({ run: sampleRun({ id: 'p', name: 'baseline', link: null }), snapshots: [], nameOnly: true });

let server: FakeServer;
let model: DatamarkModel;
let lineage: LineageModel;
let mirrors: MirrorsModel;
let panel: LineagePanel;
let ran: [string, unknown][];
let compared: string[];

beforeEach(() => {
  server = new FakeServer();
  server.volumes = [sampleVolume()];
  server.snapshots = [SNAPSHOT];
  server.recentRuns = () => sampleRecent([sampleUse({ run: CHAMPION }), GONE, PLAIN], { total: 64 });
  server.runsOfSnapshot = () => sampleRunsOfSnapshot([{ run: CHAMPION, match: 'uid', link: sampleLink() }]);
  model = new DatamarkModel({ api: server.api, page: ALWAYS_VISIBLE });
  lineage = new LineageModel({ api: server.api, model, page: ALWAYS_VISIBLE, pause: 5 });
  mirrors = new MirrorsModel({ api: server.api, model, page: ALWAYS_VISIBLE });
  ran = [];
  compared = [];
  const commands = new CommandRegistry();
  for (const id of Object.values(CommandIDs)) {
    commands.addCommand(id, { execute: args => void ran.push([id, { ...args }]) });
  }
  const differences: RunDifferences = {
    from: CHAMPION,
    to: GONE.run,
    message: '1 volume differs.',
    data: [
      {
        ...{ volume: 'home', namespace: null, cluster: null, from: null, to: null, state: 'other' },
        message: 'home: two snapshots.',
        files: {
          ...{ known: true, complete: true, added: 1, removed: 0, changed: 2, undecided: 0, omitted: 0 },
          examples: [{ path: 'data.csv', change: 'changed' }]
        }
      }
    ]
  };
  panel = new LineagePanel({
    environment: { ...language, model, lineage, mirrors, commands, state: new PanelState() },
    api: {
      runDifferences: (from, to) => {
        compared.push(`${from} ${to}`);
        return Promise.resolve(differences);
      }
    }
  });
});

afterEach(() => {
  panel.dispose();
  lineage.dispose();
  mirrors.dispose();
  model.dispose();
});

const text = (): string => (panel.node.textContent ?? '').replace(/\s+/g, ' ');
async function show(notebook: string | null, ...words: string[]): Promise<void> {
  panel.present({ volume: sampleVolume(), snapshot: SNAPSHOT, notebook });
  Widget.attach(panel, document.body);
  MessageLoop.flush();
  for (const one of words) {
    await until(() => text().includes(one));
  }
}
const graph = (): SVGSVGElement => {
  const found = panel.node.querySelector<SVGSVGElement>('.dm-graph svg');
  if (found === null) {
    throw new Error(panel.node.innerHTML);
  }
  return found;
};
const labels = () => [...graph().querySelectorAll('.dm-gnode')].map(node => node.getAttribute('aria-label'));

it('draws the way from the volume to the alias, and lists the runs of the notebook with their data', async () => {
  await show('work/train.ipynb', 'Runs of train.ipynb', 'newest 3 of 64', 'champion');
  expect(labels()).toEqual([
    'Volume: home',
    'Snapshot: features v3 frozen',
    'Run, 1 of 1: sweep-12',
    'Model version: churn v7',
    'Alias: champion'
  ]);
  expect(text()).toContain('snapshot deleted');
  expect(text()).toContain('not recorded');
  expect(text()).toContain('same file name');
  expect(text()).toContain('0.8714');
  const { violations } = await axe.run(panel.node, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ')}`)).toEqual([]);
});

it('can be walked through with the arrow keys, and leads to what a node stands for', async () => {
  await show(null, 'churn v7');
  const press = (key: string) =>
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  const here = () => document.activeElement?.getAttribute('aria-label');
  graph().querySelector<SVGGElement>('[tabindex="0"]')?.focus();
  expect(here()).toBe('Snapshot: features v3 frozen');
  press('Enter');
  expect(ran).toEqual([[CommandIDs.showSnapshot, { snapshot: SNAPSHOT.name }]]);
  press('ArrowLeft');
  expect(here()).toBe('Volume: home');
  press('End');
  expect(here()).toBe('Alias: champion');
  press('ArrowLeft');
  expect(here()).toBe('Model version: churn v7');
});

it('is a picture without anything of the page in it', async () => {
  await show(null, 'churn v7');
  const picture = graphText(graph());
  expect(picture).toContain('xmlns="http://www.w3.org/2000/svg"');
  expect(picture).toContain('champion');
  expect(picture).not.toContain('class=');
});

it('compares the data of two runs that are selected, and clones that of one', async () => {
  await show(null, 'Runs of home', 'sweep-7');
  const tick = (name: string) => panel.node.querySelector<HTMLInputElement>(`[aria-label="Select ${name}"]`)?.click();
  tick('sweep-12');
  await until(() => text().includes('Clone for this run…'));
  [...panel.node.querySelectorAll('button')].find(one => one.textContent === 'Clone for this run…')?.click();
  expect(ran).toEqual([[CommandIDs.cloneSnapshot, { snapshot: SNAPSHOT.name }]]);
  tick('sweep-7');
  await until(() => text().includes('1 added · 0 removed · 2 changed'));
  expect(text()).toContain('home: two snapshots.');
  expect(compared).toEqual(['a1b2 g']);
});

it('asks nothing while it is hidden', async () => {
  await show(null, 'churn v7');
  panel.hide();
  await until(() => server.open === 0);
  await until(() => !lineage.of({ kind: 'snapshot', name: SNAPSHOT.name }).isWatched);
  const before = server.calls.length;
  lineage.outdated();
  model.selectVolume('home-1a2b3c4d');
  expect(server.calls.slice(before).map(([name]) => name)).toEqual([]);
  panel.show();
  await until(() => server.calls.slice(before).some(([name]) => name === 'runsOfSnapshot'));
});
