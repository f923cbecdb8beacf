/** The way of a restore through its phases, by a strategy that does nothing itself. */
import { until } from '../testing/until';
import { RESTORE_LOCK } from '../providers/kubernetes/volumeRestore';
import type { RestoreController } from './restoreController';
import { RestoreRefused } from './strategy';
import { CLAIM, ControllerScene, NAMESPACE, POD } from './testing/controllerScene';
import { RecordedStrategy } from './testing/recordedStrategy';

jest.setTimeout(30_000);

let scene: ControllerScene;
let swap: RecordedStrategy;

beforeEach(async () => {
  scene = await ControllerScene.open();
  swap = new RecordedStrategy();
});
afterEach(() => scene.end());

/** Asked for by the server, and planned. */
async function planned(name = 'back'): Promise<RestoreController> {
  scene.pod();
  const controller = scene.start([swap]);
  scene.request(name);
  await scene.phase(name, 'Planned');
  return controller;
}

describe('a restore that is approved', () => {
  it('goes through all phases, and ends the server’s pod between stop and swap', async () => {
    await planned();
    scene.approve('back');
    await scene.phase('back', 'WaitingForRelease');
    expect(swap.phases).toEqual(['prepare']);
    expect(scene.restore('back').status.gateClosedUntil ?? null).toBeNull();
    scene.endPod();
    const { status } = await scene.phase('back', 'Succeeded');
    expect(scene.get('Pod', POD)).toBeNull();
    expect(status.gateClosedUntil ?? null).toBeNull();
    expect(status.steps.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done', 'done']);
    expect(status.steps.every(({ startedAt, finishedAt }) => startedAt && finishedAt)).toBe(true);
    expect(Object.fromEntries(status.conditions.map(({ type, status: is }) => [type, is]))).toEqual({
      Planned: 'True',
      Prepared: 'True',
      GateClosed: 'True',
      Released: 'True',
      Secured: 'True',
      Restored: 'True',
      Verified: 'True',
      Succeeded: 'True'
    });
    await scene.settled('back');
    expect(swap.phases).toEqual(['prepare', 'secure', 'restore', 'verify', 'settle']);
    expect(scene.restore('back').metadata.finalizers).toEqual([]);
    expect(scene.get('PersistentVolumeClaim', CLAIM)?.metadata.annotations).toEqual({});
  });

  it('says in the next phase what its strategy said at the end of one, and nothing else of before', async () => {
    const said: string[] = [];
    const message = 'Not in the snapshot: a file.';
    swap.answers.secure = work => (said.push(work.restore.status.message), { kind: 'done' });
    swap.answers.restore = () => ({ kind: 'done', status: { message } });
    swap.answers.verify = ({ restore }) => ({ kind: 'done', status: { message: restore.status.message } });
    await planned();
    scene.approve('back');
    scene.endPod();
    const { status } = await scene.phase('back', 'Succeeded');
    expect(status.message).toBe(message);
    expect(said).toEqual([`Nothing uses ${CLAIM}.`]);
  });

  it('records the claim once more when nothing uses it any more, with what was changed meanwhile', async () => {
    await planned();
    scene.approve('back');
    await scene.phase('back', 'WaitingForRelease');
    scene.patch('PersistentVolumeClaim', CLAIM, { metadata: { labels: { late: 'yes' } } });
    scene.endPod();
    const { status } = await scene.phase('back', 'Succeeded');
    expect(JSON.parse(status.claim?.manifest ?? '')).toMatchObject({ metadata: { labels: { late: 'yes' } } });
    expect(status.claim?.manifest).not.toContain(RESTORE_LOCK);
  });

  it('needs nobody’s server where none runs', async () => {
    scene.start([swap]);
    scene.request('back', {}, null);
    await scene.phase('back', 'Planned');
    scene.approve('back');
    await scene.phase('back', 'Succeeded');
    expect(swap.phases.slice(0, 4)).toEqual(['prepare', 'secure', 'restore', 'verify']);
  });

  it('brings files back without stopping anything', async () => {
    const files = new RecordedStrategy('files');
    scene.pod();
    scene.start([files]);
    scene.request('back', { strategy: 'files', paths: ['a'] });
    await scene.phase('back', 'Planned');
    scene.approve('back');
    await scene.phase('back', 'Succeeded');
    expect(files.phases.slice(0, 3)).toEqual(['prepare', 'restore', 'verify']);
    expect(scene.get('Pod', POD)).not.toBeNull();
  });
});

describe('a restore that ends early', () => {
  it('is cancelled as a plan, and nothing was called', async () => {
    await planned();
    scene.cancel('back');
    const { status } = await scene.settled('back');
    expect(status).toMatchObject({ phase: 'Cancelled', problem: { type: 'cancelled' } });
    expect(swap.calls).toEqual([]);
  });

  it('is cancelled while it waits for the server, and taken back', async () => {
    await planned();
    scene.approve('back');
    await scene.phase('back', 'WaitingForRelease');
    scene.cancel('back');
    const { status } = await scene.settled('back');
    expect(status.phase).toBe('Cancelled');
    expect(swap.phases).toEqual(['prepare', 'rollBack', 'settle']);
    expect(scene.get('Pod', POD)).not.toBeNull();
  });

  it('goes on where it is cancelled only after Restoring has begun', async () => {
    let held = true;
    swap.answers.restore = () => (held ? { kind: 'wait', ms: 20 } : { kind: 'done' });
    await planned();
    scene.approve('back');
    scene.endPod();
    await scene.phase('back', 'Restoring');
    scene.cancel('back');
    const seen = swap.calls.length;
    await until(() => swap.calls.length > seen + 2);
    held = false;
    await scene.phase('back', 'Succeeded');
    expect(swap.calls).not.toContain('rollBack');
  });

  it('expires after ten minutes', async () => {
    await planned();
    scene.aheadMs = 10 * 60_000 + 1;
    scene.patch('VolumeRestore', 'back', { metadata: { labels: { look: 'again' } } });
    const { status } = await scene.phase('back', 'Cancelled');
    expect(status.problem?.type).toBe('plan-expired');
  });

  it('is not begun where the plan that is approved has expired', async () => {
    await planned();
    scene.aheadMs = 10 * 60_000 + 1;
    scene.approve('back');
    const { status } = await scene.settled('back');
    expect(status).toMatchObject({ phase: 'Cancelled', problem: { type: 'plan-expired' } });
    expect(swap.calls).toEqual([]);
  });

  it('is not begun where its snapshot was made again under its name after the plan', async () => {
    await planned();
    const { name } = scene.restore('back').status.snapshot ?? { name: '' };
    scene.server.store.delete({ kind: 'VolumeSnapshot', namespace: NAMESPACE, name });
    scene.server.store.delete({ kind: 'VolumeSnapshotContent', name: `content-${name}` });
    scene.snapshot(name, { handle: 'handle-old' });
    scene.approve('back');
    const { status } = await scene.settled('back');
    expect(status).toMatchObject({ phase: 'Failed', problem: { type: 'object-changed' } });
    expect(status.message).toContain(`Snapshot ${name} was deleted and made again after the plan.`);
    expect(swap.calls).toEqual([]);
  });

  it('is taken back when its strategy refuses', async () => {
    swap.answers.secure = () => {
      throw new RestoreRefused('storage-failed', 'The pool is full.', 'Make room.');
    };
    await planned();
    scene.approve('back');
    scene.endPod();
    const { status } = await scene.settled('back');
    expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'storage-failed', next: 'Make room.' } });
    expect(status.message).toBe(`${CLAIM} is as it was before. The pool is full.`);
    expect(swap.phases).toEqual(['prepare', 'secure', 'rollBack', 'settle']);
  });

  it('is not taken back by what is not so at a second look', async () => {
    let looks = 0;
    swap.answers.restore = () => {
      looks++;
      if (looks === 1) {
        throw new RestoreRefused('object-changed', 'Another controller has just done this step.', 'Wait.');
      }
      return { kind: 'done' };
    };
    await planned();
    scene.approve('back');
    scene.endPod();
    const { status } = await scene.settled('back');
    expect(status).toMatchObject({ phase: 'Succeeded' });
    expect(status.problem ?? null).toBeNull();
    expect(swap.calls).not.toContain('rollBack');
  });

  it('is not begun while something blocks it', async () => {
    await planned();
    scene.pod('nightly');
    scene.approve('back');
    const { status } = await scene.settled('back');
    expect(status).toMatchObject({ phase: 'Failed', problem: { type: 'restore-blocked' } });
    expect(swap.calls).toEqual([]);
  });

  it('is carried to its end though it was deleted', async () => {
    await planned();
    scene.approve('back');
    await scene.phase('back', 'WaitingForRelease');
    scene.delete('VolumeRestore', 'back');
    await until(() => scene.get('VolumeRestore', 'back') === null);
    expect(swap.phases).toEqual(['prepare', 'rollBack']);
  });

  it('goes only when what was made for a copy is removed, where it is deleted while it copies', async () => {
    const copy = new RecordedStrategy('copy');
    let looks = 0;
    copy.answers.restore = ({ restore }) =>
      restore.metadata.deletionTimestamp === undefined ? { kind: 'wait', ms: 20 } : { kind: 'done' };
    copy.answers.settle = () => (++looks < 3 ? { kind: 'wait', ms: 5 } : { kind: 'done' });
    scene.pod();
    scene.request('copied', { strategy: 'copy' });
    scene.start([copy]);
    await scene.phase('copied', 'Planned');
    scene.approve('copied');
    scene.endPod();
    await scene.phase('copied', 'Restoring');
    scene.delete('VolumeRestore', 'copied');
    await until(() => scene.get('VolumeRestore', 'copied') === null);
    expect(looks).toBeGreaterThanOrEqual(3);
  });
});

describe('errors of the API server', () => {
  it('are tried again and told, and end nothing', async () => {
    await planned();
    scene.server.fault({ method: 'GET', path: /persistentvolumes\/pv-old/ }, { kind: 'status', status: 500 }, 60);
    scene.approve('back');
    await until(() => scene.restore('back').status.message.startsWith('A step is tried again.'));
    scene.server.clearFaults();
    scene.endPod();
    await scene.phase('back', 'Succeeded');
  });

  it('a Conflict leads to another look', async () => {
    await planned();
    const conflict = { kind: 'status', status: 409, reason: 'Conflict' } as const;
    scene.server.fault({ method: 'PATCH', path: /\/status/ }, conflict, 2);
    scene.approve('back');
    scene.endPod();
    await scene.phase('back', 'Succeeded');
  });
});
