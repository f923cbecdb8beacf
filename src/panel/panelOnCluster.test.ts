import { ApiProblem } from '../api/apiProblem';
import { AWAY, claimClone, claimVolume, hubStatus, waitingClone } from '../testing/clusterSamples';
import { type FakeServer, until } from '../testing/fakeServer';
import { manySnapshots } from '../testing/manySnapshots';
import { PanelScene } from '../testing/panelScene';
import { sampleOperation, samplePlan, sampleProblem, sampleRestore } from '../testing/samples';
import { CommandIDs } from '../tokens';

let scene: PanelScene;
let server: FakeServer;

beforeEach(() => {
  scene = new PanelScene();
  ({ server } = scene);
  server.status = hubStatus();
  server.volumes = [claimVolume()];
  server.snapshots = manySnapshots(2).map(one => ({ ...one, volume: 'claim-alice' }));
});

afterEach(() => scene.dispose());

it('shows a claim by its class, with why it is shared and what is wrong with it', async () => {
  server.volumes = [
    claimVolume({ shared: 'Other users mount it too.', trouble: 'It is being deleted; a pod still uses it.' })
  ];
  await scene.show('snapshot 0', '12.4 of 50 GiB', 'shared', 'It is being deleted; a pod still uses it.');
  expect(scene.query('.dm-vol-sub .is-extra').title).toContain('Storage class cow');
  expect(scene.query('.dm-tag[title="Other users mount it too."]').textContent).toBe('shared');
  expect(await scene.serious()).toEqual([]);
});

it('keeps the rows while the Kubernetes API is away, with their time, and drops the line on return', async () => {
  await scene.show('snapshot 0');
  server.tellStatus({ freshness: AWAY });
  await until(() => scene.text().includes('The Kubernetes API does not answer. Shown as of 14:12.'));
  await until(() => /No answer for .* (Next try in|Trying now)/.test(scene.text()));
  expect(scene.text()).toContain('snapshot 0');
  server.tellStatus({ freshness: { current: true } });
  await until(() => !scene.text().includes('Shown as of'));
  expect(scene.text()).toContain('Connected · namespace hub');
});

it('says why nothing was ever read, and shows no empty list', async () => {
  server.fault = new ApiProblem('answered', AWAY.current ? sampleProblem() : AWAY.problem);
  await scene.show('No answer', 'The Kubernetes API does not answer.', 'A network policy may stand in the way.');
  expect(scene.panel.node.querySelector('.dm-section-timeline')).toBeNull();
  expect(scene.text()).not.toContain('No snapshots');
  expect(await scene.serious()).toEqual([]);
});

it('lets a clone that waits for its first pod be opened and deleted, and shows no progress', async () => {
  server.clones = [waitingClone()];
  scene.state.setOpen('clones', true);
  await scene.show('Waits for its first pod (normal here)');
  expect(scene.panel.node.querySelector('.dm-indet')).toBeNull();
  expect(scene.panel.node.querySelector('.dm-section-clones .dm-spin')).toBeNull();
  scene.clickButton('Open');
  expect(scene.ran).toEqual([[CommandIDs.openClone, { clone: 'claim-alice.lr-sweep' }]]);
});

it('says all of why a clone is not there yet, and that it is being made', async () => {
  const message = 'The cluster says: “no node has room for it” It tries again.';
  server.clones = [claimClone({ state: { phase: 'pending', since: '2026-11-19T14:00:00Z', message } })];
  scene.state.setOpen('clones', true);
  await scene.show(message);
  expect(scene.query('.dm-section-clones .dm-row-words').textContent).toContain(message);
  expect(scene.query('[role="progressbar"]').getAttribute('aria-label')).toBe('Clone is being created');
  expect(await scene.serious()).toEqual([]);
});

it('offers to look for snapshots made elsewhere, also where none is shown', async () => {
  const elsewhere = { state: 'not-looked', count: 5000, message: 'At most 5,000 more in hub.' } as const;
  server.volumes = [claimVolume({ elsewhere })];
  await scene.show('snapshot 0', 'At most 5,000 more in hub.');
  scene.clickButton('Look for snapshots made elsewhere');
  expect(scene.ran).toEqual([[CommandIDs.lookElsewhere, { volume: 'claim-alice' }]]);
  expect(await scene.serious()).toEqual([]);
});

it('says that a volume can’t have snapshots, with a dash in place of their number', async () => {
  const off = { available: false, reason: 'No VolumeSnapshotClass.', fix: 'An admin can add one.' } as const;
  server.snapshots = [];
  server.volumes = [claimVolume({ can: { snapshot: off, clone: off, restore: off, files: off } })];
  await scene.show('home can’t have snapshots', 'No VolumeSnapshotClass.', 'Show what is missing', 'home· –');
  scene.clickButton('Show what is missing');
  expect(scene.ran).toEqual([[CommandIDs.check, {}]]);
});

it('promises of what can be brought back only what can be', async () => {
  const yes = { available: true } as const;
  const can = claimVolume().can;
  server.snapshots = [];
  await scene.show('No snapshots of home yet', 'You can clone it to look into it beside your work.');
  expect(scene.text()).not.toMatch(/restore all|copy files/);
  server.tell({ type: 'upsert', revision: ++server.revision, object: claimVolume({ can: { ...can, files: yes } }) });
  await until(() => scene.text().includes('You can copy files back, or clone it'));
  const all = claimVolume({ can: { ...can, files: yes, restore: yes } });
  server.tell({ type: 'upsert', revision: ++server.revision, object: all });
  await until(() => scene.text().includes('You can copy files back, restore all of it, or clone it'));
});

it('says on the row of a snapshot that its volume goes back to it, from the first look on and until it is over', async () => {
  const [newest] = server.snapshots;
  const snapshot = newest?.name ?? '';
  const restoring = sampleRestore({ volume: 'claim-alice', phase: 'restoring', strategy: 'swap', snapshot });
  server.restores = [restoring];
  await scene.show('Restoring…', 'Restoring to 17 Nov, 09:12');
  const row = scene.query('.dm-snap[aria-label*="Restoring…"]');
  expect(row.getAttribute('aria-label')).toContain('snapshot 0');
  expect(row.querySelector('.dm-spin')).not.toBeNull();
  expect(await scene.serious()).toEqual([]);

  const ended = { ...restoring, phase: 'succeeded', finishedAt: new Date().toISOString() } as const;
  server.tell({ type: 'upsert', revision: ++server.revision, object: ended });
  await until(() => scene.text().includes('Restored from') && !scene.text().includes('Restoring…'));

  const undoing = { ...restoring, id: 'restore-2', uid: 'uid-2', undoOf: ended.id, snapshot: ended.id } as const;
  server.tell({ type: 'upsert', revision: ++server.revision, object: undoing });
  await until(() => scene.text().includes('Undoing…'));
  expect(scene.query('.dm-snap[aria-label*="Undoing…"]').getAttribute('aria-label')).toContain('Restored from');
});

it('says in the volume’s row and in the footer that a restore waits for the server, and offers to stop it', async () => {
  const restore = sampleRestore({
    volume: 'claim-alice',
    phase: 'waiting',
    strategy: 'swap',
    plan: samplePlan({ stopsServer: true })
  });
  server.restores = [restore];
  server.operations = [
    sampleOperation({ verb: 'restore', object: { kind: 'restore', name: restore.id, label: 'Restore' } })
  ];
  await scene.show('Ready to go back to 17 Nov, 09:12: your server has to stop', 'home waits until your server stops');
  expect(scene.query('.dm-vol.is-selected').textContent).not.toContain('Snapshot');
  scene.clickButton('Stop server now');
  expect(scene.ran).toEqual([[CommandIDs.stopServer, { restore: restore.id }]]);
  expect(await scene.serious()).toEqual([]);
});

it('says in the volume’s row that it is being restored, and offers nothing there meanwhile', async () => {
  server.restores = [sampleRestore({ volume: 'claim-alice', phase: 'restoring', strategy: 'swap' })];
  await scene.show('Restoring to 17 Nov, 09:12');
  expect(scene.query('.dm-vol.is-selected').querySelectorAll('button')).toHaveLength(0);
});
