import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import axe from 'axe-core';
import { problem, type UnavailableStatus } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import { DatamarkModel } from '../model/datamarkModel';
import { AWAY, claimVolume, hubStatus, waitingClone } from '../testing/clusterSamples';
import { FakeServer, until } from '../testing/fakeServer';
import { language } from '../testing/fakePage';
import { manySnapshots } from '../testing/manySnapshots';
import {
  sampleClone,
  sampleOperation,
  sampleProblem,
  sampleRestore,
  sampleSnapshot,
  sampleVolume
} from '../testing/samples';
import { CommandIDs } from '../tokens';
import { DatamarkPanel } from './datamarkPanel';
import { PanelState } from './panelState';

let server: FakeServer;
let model: DatamarkModel;
let panel: DatamarkPanel;
let state: PanelState;
let ran: [command: string, args: unknown][];

beforeEach(() => {
  server = new FakeServer();
  server.volumes = [sampleVolume()];
  model = new DatamarkModel({
    api: server.api,
    pause: () => 5,
    page: { visible: true, onChange: () => () => undefined }
  });
  ran = [];
  const commands = new CommandRegistry();
  for (const id of Object.values(CommandIDs)) {
    commands.addCommand(id, { execute: args => void ran.push([id, { ...args }]) });
  }
  state = new PanelState();
  panel = new DatamarkPanel({
    model,
    commands,
    trans: language.trans,
    format: language.format,
    state,
    live: () => true
  });
});

afterEach(() => {
  panel.dispose();
  model.dispose();
});

const text = () => (panel.node.textContent ?? '').replace(/\s+/g, ' ');
const show = async (...words: string[]) => {
  Widget.attach(panel, document.body);
  MessageLoop.flush();
  for (const one of words) {
    await until(() => text().includes(one));
  }
};
const query = (selector: string): HTMLElement => {
  const found = panel.node.querySelector<HTMLElement>(selector);
  if (found === null) {
    throw new Error(`${selector} is not there: ${panel.node.innerHTML}`);
  }
  return found;
};
const clickButton = (label: string) =>
  [...panel.node.querySelectorAll('button')].find(button => button.textContent === label)?.click();
const press = (target: Element, key: string) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
const serious = async () => {
  const { violations } = await axe.run(panel.node, {
    // jsdom has no layout: colours and sizes are looked at in the browser.
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ')}`);
};

const unavailable = (change: Partial<UnavailableStatus>): UnavailableStatus => ({
  state: 'unavailable',
  cause: 'crashed',
  title: 'x',
  detail: 'Its Node process stopped 3 times, so it was not started again.',
  fix: 'Your files and snapshots are not affected.',
  log: ['exit code 1'],
  retryAt: null,
  ...change
});

it('shows a volume, its timeline and the connection, without an accessibility finding', async () => {
  server.snapshots = [
    sampleSnapshot({ name: 'home.a', note: 'Frozen for the churn v7 training.', heldUntil: 'forever' }),
    sampleSnapshot({
      name: 'home.b',
      createdAt: '2026-11-19T12:00:00Z',
      title: 'nightly export',
      state: {
        phase: 'failed',
        at: '2026-11-19T12:00:01Z',
        problem: sampleProblem({ detail: 'the storage pool is full.' })
      }
    }),
    sampleSnapshot({ name: 'home.c', createdAt: '2026-11-18T12:00:00Z', title: 'daily', origin: 'other' })
  ];
  server.clones = [sampleClone()];
  server.operations = [sampleOperation({ state: 'running' })];
  await show('features v3 frozen', 'Held', 'Connected · plain directories');
  expect(text()).toContain('home· 3');
  expect(text()).toContain('Not created: the storage pool is full. Retry · Details');
  expect(text()).toContain('made outside Datamark');
  state.setOpen('clones', true);
  await until(() => text().includes('lr-sweep'));
  expect(await serious()).toEqual([]);
});

it('opens the check report from its footer', async () => {
  await show('Connected · plain directories');
  query('button.dm-footer-row').click();
  expect(ran.map(([command]) => command)).toEqual([CommandIDs.check]);
});

it('opens the status from its footer while nothing can be checked', async () => {
  server.status = unavailable({});
  await show('Not running');
  query('button.dm-footer-row').click();
  expect(ran.map(([command]) => command)).toEqual([CommandIDs.showStatus]);
});

it('opens a row with its facts and actions, and runs them', async () => {
  server.snapshots = [sampleSnapshot({ note: 'Frozen for the churn v7 training.' })];
  await show('features v3 frozen');
  query('.dm-snap[aria-selected="false"]').click();
  await until(() => text().includes('Frozen for the churn v7 training.'));
  expect(text()).toContain('14:08:03 · by alice · own data –');
  [...panel.node.querySelectorAll('button')].find(button => button.textContent === 'Restore…')?.click();
  expect(ran).toEqual([[CommandIDs.restoreSnapshot, { snapshot: 'home.20261119-140803z-a1b2' }]]);
  expect(await serious()).toEqual([]);
});

it('can be used with the keyboard alone', async () => {
  server.snapshots = manySnapshots(3);
  await show('snapshot 2');
  const grid = query('[aria-label="Snapshots of home"]');
  grid.focus();
  press(grid, 'End');
  await until(() => grid.getAttribute('aria-activedescendant') === 'dm-row-home.s00002');
  press(grid, 'Enter');
  await until(() => model.timeline.opened === 'home.s00002' && text().includes('Clone…'));
  press(grid, 'c');
  press(grid, 'F2');
  expect(ran.map(([command]) => command)).toEqual([CommandIDs.cloneSnapshot, CommandIDs.renameSnapshot]);
  press(grid, 'ArrowRight');
  await until(() => document.activeElement?.textContent === 'Restore…');
  press(document.activeElement ?? grid, 'Escape');
  expect(document.activeElement).toBe(grid);
  press(grid, '/');
  expect(document.activeElement?.getAttribute('type')).toBe('search');
  expect(grid.getAttribute('aria-rowcount')).toBe('5');
});

describe('a restore in the timeline', () => {
  const undo = { possible: true, until: null } as const;
  const done = sampleRestore({
    phase: 'succeeded',
    finishedAt: '2026-11-19T13:30:00Z',
    safetySnapshot: 'home.s00001',
    undo
  });

  it('is a row with Undo between the snapshots, and is not counted as one', async () => {
    server.snapshots = manySnapshots(3);
    server.restores = [done];
    await show('Restored from 17 Nov, 09:12');
    const titles = [...panel.node.querySelectorAll('.dm-timeline .dm-snap-title')].map(
      ({ textContent }) => textContent
    );
    expect(titles).toEqual(['Now', 'snapshot 0', 'Restored from 17 Nov, 09:12', 'snapshot 1', 'snapshot 2']);
    expect(text()).toContain('home· 3');
    expect(query('[aria-label="Snapshots of home"]').getAttribute('aria-rowcount')).toBe('6');
    query('#dm-row-restore\\:restore-1').click();
    await until(() => text().includes('Undo restore…'));
    clickButton('Undo restore…');
    expect(ran).toEqual([[CommandIDs.undoRestore, { restore: 'restore-1' }]]);
    expect(await serious()).toEqual([]);
  });

  it('appears when it ends, and says why it can no longer be undone', async () => {
    server.snapshots = manySnapshots(2);
    await show('snapshot 1');
    server.restores = [done];
    server.tell({ type: 'upsert', revision: ++server.revision, object: done });
    await until(() => text().includes('Restored from'));
    query('#dm-row-restore\\:restore-1').click();
    await until(() => text().includes('Undo restore…'));
    const reason = 'The safety snapshot was deleted.';
    const gone = { ...done, undo: { possible: false, reason } as const };
    server.tell({ type: 'upsert', revision: ++server.revision, object: gone });
    await until(() => text().includes(`No Undo: ${reason}`));
    expect(text()).not.toContain('Undo restore…');
  });

  it('can be undone from its safety snapshot', async () => {
    const [newest] = manySnapshots(1);
    server.snapshots = [sampleSnapshot({ ...newest, name: 'home.s00001', origin: 'safety' })];
    server.restores = [done];
    await show('kept for Undo');
    query('#dm-row-home\\.s00001').click();
    await until(() => text().includes('Undo…Clone…'));
    clickButton('Undo…');
    expect(ran).toEqual([[CommandIDs.undoRestore, { restore: 'restore-1' }]]);
  });
});

it('renders only rows in view of 10,000', async () => {
  server.snapshots = manySnapshots(10_000);
  const begin = performance.now();
  await show('snapshot 0');
  expect(performance.now() - begin).toBeLessThan(1_000);
  expect(text()).toContain('home· 10,000');
  expect(panel.node.querySelectorAll('[role="row"]').length).toBeLessThan(60);
});

it('makes a snapshot from the empty timeline, which owns the only filled button', async () => {
  await show('No snapshots of home yet', '%datamark snapshot');
  const filled = panel.node.querySelectorAll<HTMLButtonElement>('.is-primary');
  expect([...filled].map(button => button.textContent)).toEqual(['Snapshot home']);
  filled[0]?.click();
  expect(ran).toEqual([[CommandIDs.createSnapshot, { volume: 'home-1a2b3c4d' }]]);
  expect(await serious()).toEqual([]);
});

it('keeps a button that can’t be used focusable, with the reason', async () => {
  const off = { available: false as const, reason: 'The file system is read-only.', fix: 'Mount it writable.' };
  server.volumes = [sampleVolume({ can: { snapshot: off, clone: off, restore: off } })];
  server.snapshots = manySnapshots(1);
  await show('snapshot 0');
  const button = query('.is-primary');
  expect(button.getAttribute('aria-disabled')).toBe('true');
  expect(button.title).toBe('The file system is read-only. Mount it writable.');
  button.click();
  expect(ran).toEqual([]);
});

it('asks for a reload when the login of the page has ended', async () => {
  const told = problem('login-needed', { detail: 'You are not logged in to this Jupyter server.', next: 'Reload.' });
  server.status = new ApiProblem('answered', told);
  await show('Reload the page', 'You are not logged in to this Jupyter server.', 'Not logged in');
  expect(text()).not.toContain('You may not see');
  expect(await serious()).toEqual([]);
});

it('says that there are no volumes', async () => {
  server.volumes = [];
  await show('No volumes found');
});

it('says who may not see snapshots, and what to ask for', async () => {
  server.fault = new ApiProblem(
    'answered',
    problem('forbidden', { detail: 'Account nb-alice may not list volumes.', next: 'Ask an admin.' })
  );
  await show('You may not see volumes', 'Account nb-alice may not list volumes.', 'Ask an admin.');
  expect(await serious()).toEqual([]);
});

it('tells a malformed answer from an empty list', async () => {
  server.fault = ApiProblem.malformed(language.trans, 'volumes: items[3].createdAt is missing');
  await show('The list can’t be shown', 'items[3].createdAt is missing', 'Copy details');
});

it('says why there is no list in the words of whoever refused it', async () => {
  server.fault = new ApiProblem(
    'answered',
    problem('internal', { detail: 'The storage could not be opened.', next: 'Look into the log.' })
  );
  await show('The list can’t be shown', 'The storage could not be opened.', 'Look into the log.');
  expect(text()).not.toContain('malformed');
});

it('shows the log of a sidecar that does not run, and starts it again', async () => {
  server.status = unavailable({});
  await show('Datamark is not running', 'Your files and snapshots are not affected.', 'exit code 1', 'Not running');
  query('.is-primary').click();
  expect(ran).toEqual([[CommandIDs.refresh, {}]]);
  expect(await serious()).toEqual([]);
});

it('says which Node.js is needed', async () => {
  server.status = unavailable({ cause: 'node-too-old', detail: 'Found version 20.20.2.', fix: 'Install it.' });
  await show('Node.js 22.19 or newer is needed', 'Found version 20.20.2.', 'Check again');
});

it('asks to reload where page and server differ', async () => {
  if (server.status instanceof ApiProblem || server.status.state !== 'running') {
    throw new Error('the fake server does not run');
  }
  server.status = { ...server.status, api: { major: 2, minor: 0 } };
  await show('Reload the page', 'Page and server differ');
});

it('shows one clear message where the server has no Datamark', async () => {
  server.status = new ApiProblem('foreign', sampleProblem({ status: 404, type: 'about:blank' }));
  await show('Datamark is missing on the server', 'No server part');
  expect(panel.node.querySelectorAll('.dm-section')).toHaveLength(1);
  expect(await serious()).toEqual([]);
});

it('keeps old rows with their time when nobody answers any more', async () => {
  server.snapshots = manySnapshots(2);
  await show('snapshot 1');
  server.status = ApiProblem.unreachable(language.trans);
  server.breakStreams();
  await until(() => /The Jupyter server does not answer\. Shown as of \d\d:\d\d\. Try now/.test(text()));
  expect(text()).toContain('snapshot 1');
  expect(text()).toContain('No answer for');
});

it('shows operations with Cancel or the reason, and failed ones until they are dismissed', async () => {
  server.operations = [
    sampleOperation({
      id: 'op-1',
      state: 'running',
      cancel: { available: false, reason: 'Data is changing.', fix: '' }
    }),
    sampleOperation({ id: 'op-2', state: 'failed', problem: sampleProblem({ detail: 'The disk is full.' }) })
  ];
  await show('The disk is full.');
  const cancel = query('[aria-label="Cancel"]');
  expect(cancel.title).toBe('Data is changing.');
  query('[aria-label="Dismiss"]').click();
  await until(() => !text().includes('The disk is full.'));
});

it('lets go of the model while it is hidden', async () => {
  await show('No snapshots of home yet');
  expect(server.open).toBe(1);
  panel.hide();
  await until(() => server.open === 0);
  const asked = server.calls.length;
  panel.show();
  await until(() => server.open === 1);
  expect(server.calls.slice(asked).map(([name]) => name)).toEqual(['status', 'events']);
});

it('tells new snapshots above the list instead of moving what is read', async () => {
  server.snapshots = manySnapshots(300);
  await show('snapshot 0');
  const grid = query('[aria-label="Snapshots of home"]');
  grid.scrollTop = 2_000;
  grid.dispatchEvent(new Event('scroll'));
  await until(() => document.getElementById('dm-row-home.s00000') === null);
  const rowsBefore = grid.scrollTop;
  server.put(sampleSnapshot({ name: 'home.new', title: 'brand new', createdAt: '2026-11-19T15:00:00Z' }));
  await until(() => text().includes('1 new'));
  expect(grid.scrollTop).toBeGreaterThan(rowsBefore);
  query('.dm-new-above').click();
  grid.dispatchEvent(new Event('scroll'));
  await until(() => text().includes('brand new') && !text().includes('1 new'));
});

it('counts the time of what is being created on the row itself', async () => {
  const since = new Date(Date.now() - 42_000).toISOString();
  server.snapshots = [sampleSnapshot({ createdAt: since, state: { phase: 'pending', since, message: '' } })];
  await show('creating, ');
  const shown = () => Number(/creating, (\d+) s/.exec(text())?.[1]);
  const first = shown();
  expect(first).toBeGreaterThanOrEqual(42);
  await until(() => shown() > first);
});

it('restores what the user chose, and ignores what another version saved', () => {
  state.restore({ open: { clones: true, timeline: 'x', more: 1 }, volume: 'data-1', snapshot: 7 });
  expect(state.saved).toEqual({
    open: { volumes: true, timeline: true, clones: true },
    volume: 'data-1',
    snapshot: null
  });
  state.restore('nonsense');
  expect(state.saved.volume).toBe('data-1');
});

describe('on a cluster', () => {
  beforeEach(() => {
    server.status = hubStatus();
    server.volumes = [claimVolume()];
    server.snapshots = manySnapshots(2).map(one => ({ ...one, volume: 'claim-alice' }));
  });

  it('shows a claim by its class, with why it is shared and what is wrong with it', async () => {
    server.volumes = [
      claimVolume({ shared: 'Other users mount it too.', trouble: 'It is being deleted; a pod still uses it.' })
    ];
    await show('snapshot 0', '12.4 of 50 GiB', 'shared', 'It is being deleted; a pod still uses it.');
    expect(query('.dm-vol-sub .is-extra').title).toContain('Storage class cow');
    expect(query('.dm-tag[title="Other users mount it too."]').textContent).toBe('shared');
    expect(await serious()).toEqual([]);
  });

  it('keeps the rows while the Kubernetes API is away, with their time, and drops the line on return', async () => {
    await show('snapshot 0');
    server.tellStatus({ freshness: AWAY });
    await until(() => text().includes('The Kubernetes API does not answer. Shown as of 14:12.'));
    await until(() => /No answer for .* (Next try in|Trying now)/.test(text()));
    expect(text()).toContain('snapshot 0');
    server.tellStatus({ freshness: { current: true } });
    await until(() => !text().includes('Shown as of'));
    expect(text()).toContain('Connected · namespace hub');
  });

  it('says why nothing was ever read, and shows no empty list', async () => {
    server.fault = new ApiProblem('answered', AWAY.current ? sampleProblem() : AWAY.problem);
    await show('No answer', 'The Kubernetes API does not answer.', 'A network policy may stand in the way.');
    expect(panel.node.querySelector('.dm-section-timeline')).toBeNull();
    expect(text()).not.toContain('No snapshots');
    expect(await serious()).toEqual([]);
  });

  it('lets a clone that waits for its first pod be opened and deleted, and shows no progress', async () => {
    server.clones = [waitingClone()];
    state.setOpen('clones', true);
    await show('Waits for its first pod (normal here)');
    expect(panel.node.querySelector('.dm-indet')).toBeNull();
    expect(panel.node.querySelector('.dm-section-clones .dm-spin')).toBeNull();
    clickButton('Open');
    expect(ran).toEqual([[CommandIDs.openClone, { clone: 'claim-alice.lr-sweep' }]]);
  });

  it('offers to look for snapshots made elsewhere, also where none is shown', async () => {
    const elsewhere = { state: 'not-looked', count: 5000, message: 'At most 5,000 more in hub.' } as const;
    server.volumes = [claimVolume({ elsewhere })];
    await show('snapshot 0', 'At most 5,000 more in hub.');
    clickButton('Look for snapshots made elsewhere');
    expect(ran).toEqual([[CommandIDs.lookElsewhere, { volume: 'claim-alice' }]]);
    expect(await serious()).toEqual([]);
  });

  it('says that a volume can’t have snapshots, with a dash in place of their number', async () => {
    const off = { available: false, reason: 'No VolumeSnapshotClass.', fix: 'An admin can add one.' } as const;
    server.snapshots = [];
    server.volumes = [claimVolume({ can: { snapshot: off, clone: off, restore: off } })];
    await show('home can’t have snapshots', 'No VolumeSnapshotClass.', 'Show what is missing', 'home· –');
  });

  it('promises no restore where there is none', async () => {
    server.snapshots = [];
    await show('No snapshots of home yet', 'beside your work.');
    expect(text()).not.toContain('restore all of it');
  });
});
