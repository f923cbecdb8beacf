import { type FakeServer, until } from '../testing/fakeServer';
import { manySnapshots } from '../testing/manySnapshots';
import { PanelScene } from '../testing/panelScene';
import {
  sampleClone,
  sampleOperation,
  sampleProblem,
  sampleRestore,
  sampleSnapshot,
  sampleVolume
} from '../testing/samples';
import { CommandIDs } from '../tokens';

const press = (target: Element, key: string) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

let scene: PanelScene;
let server: FakeServer;

beforeEach(() => {
  scene = new PanelScene();
  ({ server } = scene);
});

afterEach(() => scene.dispose());

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
  await scene.show('features v3 frozen', 'Held', 'Connected · plain directories');
  expect(scene.text()).toContain('home· 3');
  expect(scene.text()).toContain('Not created: the storage pool is full. Retry · Details');
  expect(scene.text()).toContain('made outside Datamark');
  scene.state.setOpen('clones', true);
  await until(() => scene.text().includes('lr-sweep'));
  expect(await scene.serious()).toEqual([]);
});

it('opens the check report from its footer', async () => {
  await scene.show('Connected · plain directories');
  scene.query('button.dm-footer-row').click();
  expect(scene.ran.map(([command]) => command)).toEqual([CommandIDs.check]);
});

it('opens a row with its facts and actions, and runs them', async () => {
  server.snapshots = [sampleSnapshot({ note: 'Frozen for the churn v7 training.' })];
  await scene.show('features v3 frozen');
  scene.query('.dm-snap[aria-selected="false"]').click();
  await until(() => scene.text().includes('Frozen for the churn v7 training.'));
  expect(scene.text()).toContain('14:08:03 · by alice · own data –');
  scene.clickButton('Restore…');
  expect(scene.ran).toEqual([[CommandIDs.restoreSnapshot, { snapshot: 'home.20261119-140803z-a1b2' }]]);
  expect(await scene.serious()).toEqual([]);
});

it('can be used with the keyboard alone', async () => {
  server.snapshots = manySnapshots(3);
  await scene.show('snapshot 2');
  const grid = scene.query('[aria-label="Snapshots of home"]');
  grid.focus();
  press(grid, 'End');
  await until(() => grid.getAttribute('aria-activedescendant') === 'dm-row-home.s00002');
  press(grid, 'Enter');
  await until(() => scene.model.timeline.opened === 'home.s00002' && scene.text().includes('Clone…'));
  press(grid, 'c');
  press(grid, 'F2');
  expect(scene.ran.map(([command]) => command)).toEqual([CommandIDs.cloneSnapshot, CommandIDs.renameSnapshot]);
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
    await scene.show('Restored from 17 Nov, 09:12');
    const titles = [...scene.panel.node.querySelectorAll('.dm-timeline .dm-snap-title')].map(
      ({ textContent }) => textContent
    );
    expect(titles).toEqual(['Now', 'snapshot 0', 'Restored from 17 Nov, 09:12', 'snapshot 1', 'snapshot 2']);
    expect(scene.text()).toContain('home· 3');
    expect(scene.query('[aria-label="Snapshots of home"]').getAttribute('aria-rowcount')).toBe('6');
    scene.query('#dm-row-restore\\:restore-1').click();
    await until(() => scene.text().includes('Undo restore…'));
    scene.clickButton('Undo restore…');
    expect(scene.ran).toEqual([[CommandIDs.undoRestore, { restore: 'restore-1' }]]);
    expect(await scene.serious()).toEqual([]);
  });

  it('appears when it ends, and says why it can no longer be undone', async () => {
    server.snapshots = manySnapshots(2);
    await scene.show('snapshot 1');
    server.restores = [done];
    server.tell({ type: 'upsert', revision: ++server.revision, object: done });
    await until(() => scene.text().includes('Restored from'));
    scene.query('#dm-row-restore\\:restore-1').click();
    await until(() => scene.text().includes('Undo restore…'));
    const reason = 'The safety snapshot was deleted.';
    const gone = { ...done, undo: { possible: false, reason } as const };
    server.tell({ type: 'upsert', revision: ++server.revision, object: gone });
    await until(() => scene.text().includes(`No Undo: ${reason}`));
    expect(scene.text()).not.toContain('Undo restore…');
  });

  it('can be undone from its safety snapshot', async () => {
    const [newest] = manySnapshots(1);
    server.snapshots = [sampleSnapshot({ ...newest, name: 'home.s00001', origin: 'safety' })];
    server.restores = [done];
    await scene.show('kept for Undo');
    scene.query('#dm-row-home\\.s00001').click();
    await until(() => scene.text().includes('Undo…Clone…'));
    scene.clickButton('Undo…');
    expect(scene.ran).toEqual([[CommandIDs.undoRestore, { restore: 'restore-1' }]]);
  });
});

it('renders only rows in view of 10,000', async () => {
  server.snapshots = manySnapshots(10_000);
  const begin = performance.now();
  await scene.show('snapshot 0');
  expect(performance.now() - begin).toBeLessThan(1_000);
  expect(scene.text()).toContain('home· 10,000');
  expect(scene.panel.node.querySelectorAll('[role="row"]').length).toBeLessThan(60);
});

it('makes a snapshot from the empty timeline, which owns the only filled button', async () => {
  await scene.show('No snapshots of home yet', '%datamark snapshot');
  const filled = scene.panel.node.querySelectorAll<HTMLButtonElement>('.is-primary');
  expect([...filled].map(button => button.textContent)).toEqual(['Snapshot home']);
  filled[0]?.click();
  expect(scene.ran).toEqual([[CommandIDs.createSnapshot, { volume: 'home-1a2b3c4d' }]]);
  expect(await scene.serious()).toEqual([]);
});

it('keeps a button that can’t be used focusable, with the reason', async () => {
  const off = { available: false as const, reason: 'The file system is read-only.', fix: 'Mount it writable.' };
  server.volumes = [sampleVolume({ can: { snapshot: off, clone: off, restore: off, files: off } })];
  server.snapshots = manySnapshots(1);
  await scene.show('snapshot 0');
  const button = scene.query('.is-primary');
  expect(button.getAttribute('aria-disabled')).toBe('true');
  expect(button.title).toBe('The file system is read-only. Mount it writable.');
  button.click();
  expect(scene.ran).toEqual([]);
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
  await scene.show('The disk is full.');
  const cancel = scene.query('[aria-label="Cancel"]');
  expect(cancel.title).toBe('Data is changing.');
  scene.query('[aria-label="Dismiss"]').click();
  await until(() => !scene.text().includes('The disk is full.'));
});

it('lets go of the model while it is hidden', async () => {
  await scene.show('No snapshots of home yet');
  expect(server.open).toBe(1);
  scene.panel.hide();
  await until(() => server.open === 0);
  const asked = server.calls.length;
  scene.panel.show();
  await until(() => server.open === 1);
  // Mirrors have a model of their own, which asks as soon as this one is online.
  const names = server.calls.slice(asked).map(([name]) => name);
  expect(names.filter(name => name !== 'mirrors')).toEqual(['status', 'events']);
});

it('tells new snapshots above the list instead of moving what is read', async () => {
  server.snapshots = manySnapshots(300);
  await scene.show('snapshot 0');
  const grid = scene.query('[aria-label="Snapshots of home"]');
  grid.scrollTop = 2_000;
  grid.dispatchEvent(new Event('scroll'));
  await until(() => document.getElementById('dm-row-home.s00000') === null);
  const rowsBefore = grid.scrollTop;
  server.put(sampleSnapshot({ name: 'home.new', title: 'brand new', createdAt: '2026-11-19T15:00:00Z' }));
  await until(() => scene.text().includes('1 new'));
  expect(grid.scrollTop).toBeGreaterThan(rowsBefore);
  scene.query('.dm-new-above').click();
  grid.dispatchEvent(new Event('scroll'));
  await until(() => scene.text().includes('brand new') && !scene.text().includes('1 new'));
});

it('counts the time of what is being created on the row itself', async () => {
  const since = new Date(Date.now() - 42_000).toISOString();
  server.snapshots = [sampleSnapshot({ createdAt: since, state: { phase: 'pending', since, message: '' } })];
  await scene.show('creating, ');
  const shown = () => Number(/creating, (\d+) s/.exec(scene.text())?.[1]);
  const first = shown();
  expect(first).toBeGreaterThanOrEqual(42);
  await until(() => shown() > first);
});

it('restores what the user chose, and ignores what another version saved', () => {
  scene.state.restore({ open: { clones: true, timeline: 'x', more: 1 }, volume: 'data-1', snapshot: 7 });
  expect(scene.state.saved).toEqual({
    open: { volumes: true, timeline: true, clones: true, ingest: false, lineage: false },
    volume: 'data-1',
    snapshot: null
  });
  scene.state.restore('nonsense');
  expect(scene.state.saved.volume).toBe('data-1');
});
