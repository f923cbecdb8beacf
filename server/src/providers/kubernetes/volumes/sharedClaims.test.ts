/** Claims that are not this user's alone, and claims mounted read-only. */
import { ClaimScene, OWN, recordOf, type SceneOptions } from './testing/claimScene';

let scene: ClaimScene;
beforeEach(async () => {
  scene = await ClaimScene.begin();
});
afterEach(() => scene.end());

describe('a shared claim', () => {
  const MANY = { spec: { accessModes: ['ReadWriteMany'] }, status: { accessModes: ['ReadWriteMany'] } };
  const reasonsOf = async (options: SceneOptions): Promise<(string | null)[]> => {
    const claims = await scene.observed(options);
    return claims.list().map(({ shared }) => shared);
  };

  it('can’t be cloned, restored or, unless that is allowed, snapshotted; files are copied back beside', async () => {
    scene.makeClaim('claim-ann');
    scene.makeClaim('datasets', { ...MANY, metadata: { labels: {}, annotations: {} } });
    const options = { settings: { volumes: '/home/jovyan=claim-ann,/home/shared=datasets' } };
    const claims = await scene.observed(options);
    const reason =
      'Claim datasets can be used by several servers at once (ReadWriteMany) and does not say whose it is.';
    expect(recordOf(claims, 'datasets')).toMatchObject({ shared: reason, volume: { shared: reason } });
    const off = { available: false, reason };
    expect(recordOf(claims, 'datasets').volume.can).toMatchObject({
      snapshot: off,
      clone: off,
      restore: { ...off, fix: 'Copy files back instead.' },
      files: { available: true }
    });

    const allowed = await scene.observed({ settings: { ...options.settings, allowSharedSnapshots: true } });
    expect(recordOf(allowed, 'datasets').volume.can).toMatchObject({
      snapshot: { available: true },
      clone: off,
      restore: off
    });
  });

  it('is one mounted by a part of it, whatever else is said of it', async () => {
    scene.makeClaim('homes');
    expect(await reasonsOf({ settings: { volumes: '/home/jovyan=homes/ann' } })).toEqual([
      'Only ann of claim homes is mounted here; the rest of it is others’.'
    ]);
    expect(await reasonsOf({ settings: { volumes: '/home/jovyan=homes/ann,/all=homes' } })).toEqual([null]);
  });

  it('gives no files back where the rest of it, or all of it, is others’', async () => {
    scene.makeClaim('homes');
    const claims = await scene.observed({ settings: { volumes: '/home/jovyan=homes/ann' } });
    const { files, restore } = recordOf(claims, 'homes').volume.can;
    expect(files).toMatchObject({ available: false, reason: expect.stringContaining('the rest of it is others’') });
    expect(restore).not.toMatchObject({ fix: expect.stringContaining('Copy files back') });
  });

  it('is one that belongs to somebody else', async () => {
    scene.makeClaim('claim-ann', {
      metadata: { labels: OWN.labels, annotations: { 'hub.jupyter.org/username': 'bob' } }
    });
    expect(await reasonsOf({})).toEqual(['Claim claim-ann belongs to bob.']);
  });

  it('is none that many may use but that says it is this user’s', async () => {
    scene.makeClaim('claim-ann', MANY);
    scene.makeClaim('copy', { ...MANY, metadata: { labels: { 'datamark.github.io/owner': 'ann' }, annotations: {} } });
    scene.makeClaim('theirs', {
      ...MANY,
      metadata: { labels: { 'datamark.github.io/owner': 'bob' }, annotations: {} }
    });
    const volumes = '/home/jovyan=claim-ann,/copy=copy,/theirs=theirs';
    expect(await reasonsOf({ settings: { volumes } })).toEqual([null, null, 'Claim theirs belongs to bob.']);
  });
});

describe('read-only mounts', () => {
  it('are seen in the mount table, and only restoring needs to write', async () => {
    scene.makeClaim('claim-ann');
    const claims = await scene.observed({ mounts: { '/home/jovyan': true } });
    expect(recordOf(claims)).toMatchObject({ readOnly: true, volume: { readOnly: true } });
    expect(recordOf(claims).volume.can).toMatchObject({
      snapshot: { available: true },
      restore: { available: false },
      files: { available: false }
    });
  });

  it('are none where the claim is mounted to be written as well', async () => {
    scene.makeClaim('claim-ann');
    const claims = await scene.observed({
      settings: { volumes: '/home/jovyan=claim-ann,/ro=claim-ann' },
      mounts: { '/home/jovyan': false, '/ro': true }
    });
    expect(recordOf(claims).readOnly).toBe(false);
  });
});
