/** Restores that are refused, and why. */
import { readManifest, writeManifest } from '../manifest';
import { PLAN_VALID_MS } from './localRestores';
import { restoreTo, until } from './testing/providerDriver';
import { NO_KEY, problemOf, RestoreScene } from './testing/restoreScene';
import type { TestVolume } from './testing/testVolume';

let scene: RestoreScene;
let volume: TestVolume;
let snapshot: string;

beforeEach(async () => {
  scene = await RestoreScene.make();
  ({ volume, snapshot } = scene);
});
afterEach(() => scene.dispose());

const fail = (why: string): never => {
  throw new Error(why);
};

describe('refuses', () => {
  it('another uid than the one of the plan', async () => {
    const provider = await scene.open();
    const planned = await scene.plan(provider);
    await expect(provider.approveRestore(planned.id, 'another')).rejects.toEqual(problemOf('object-changed'));
  });

  it('a plan that is too old', async () => {
    const provider = await scene.open();
    const planned = await scene.plan(provider);
    const late = Date.now() + PLAN_VALID_MS + 60_000;
    jest.useFakeTimers({ now: late, doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout'] });
    try {
      await expect(provider.approveRestore(planned.id, planned.uid)).rejects.toEqual(problemOf('plan-expired'));
    } finally {
      jest.useRealTimers();
    }
    expect(volume.read('report.txt')).toBe('now, and longer');
  });

  it('while another change runs on the volume', async () => {
    const provider = await scene.open({ slowMs: 20 });
    const planned = await scene.plan(provider);
    const { id } = provider.index.all('volume')[0] ?? { id: '' };
    await provider.createSnapshot(id, { note: '', heldUntil: null, notebook: null }, NO_KEY);
    await expect(provider.approveRestore(planned.id, planned.uid)).rejects.toEqual(problemOf('operation-in-progress'));
  });

  it('a plan with too little room for the restored files, naming both sizes', async () => {
    const manifest = readManifest(volume.store.manifest(snapshot));
    const entry = manifest.entries.get('data/gone.csv') ?? fail('there is no such file');
    manifest.entries.set(entry.path, { ...entry, size: 2 ** 50 });
    writeManifest(volume.store.manifest(snapshot), manifest);
    const provider = await scene.open();
    const planned = await scene.plan(provider);
    expect(planned.plan?.blockers).toMatchObject([{ kind: 'disk-space', object: 'home' }]);
    await expect(provider.approveRestore(planned.id, planned.uid)).rejects.toEqual(
      problemOf('restore-blocked', /home has .* free, and the restored files need 1\.00 PiB/)
    );
  });

  it('a snapshot that is not there, a restore that is not there, and an undo of what changed nothing', async () => {
    const provider = await scene.open();
    await expect(provider.planRestore('nothing', null, NO_KEY)).rejects.toEqual(problemOf('snapshot-not-found'));
    await expect(provider.approveRestore('nothing', 'x')).rejects.toEqual(problemOf('restore-not-found'));
    const planned = await scene.plan(provider);
    await expect(provider.undoRestore(planned.id, NO_KEY)).rejects.toEqual(problemOf('nothing-to-undo'));
  });

  it('an undo whose safety snapshot was deleted, and shows that beforehand', async () => {
    const provider = await scene.open();
    const restore = await restoreTo(provider, snapshot);
    const name = restore.safetySnapshot ?? '';
    const { uid } = provider.index.get('snapshot', name) ?? { uid: '' };
    await provider.updateSnapshot(name, { uid, heldUntil: null });
    await provider.deleteSnapshot(name, uid);
    const gone = await until(provider, () => {
      const now = provider.index.get('restore', restore.id);
      return now?.undo.possible === false ? now : null;
    });
    expect(gone.undo).toEqual({ possible: false, reason: 'The safety snapshot was deleted.' });
    await expect(provider.undoRestore(restore.id, NO_KEY)).rejects.toEqual(problemOf('nothing-to-undo'));
  });
});
