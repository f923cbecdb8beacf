/** The claims of a server: found, observed, described. */
import { readFile } from 'node:fs/promises';
import { until } from '../../../testing/until';
import { FileSystemSizes } from './fileSystemSize';
import { ClaimScene, GET, GiB, OWN, recordOf, UNREVIEWED, VIEW } from './testing/claimScene';

let scene: ClaimScene;
beforeEach(async () => {
  scene = await ClaimScene.begin();
});
afterEach(() => scene.end());

describe('what is known of a claim', () => {
  it('is its size, its use, its driver and whose it is', async () => {
    const uid = scene.makeClaim('claim-ann', {
      metadata: { annotations: { ...OWN.annotations, 'volume.kubernetes.io/storage-provisioner': 'csi.example' } }
    });
    scene.server.rules = [VIEW];
    const claims = await scene.observed();

    const { volume, ...record } = recordOf(claims);
    expect(record).toMatchObject({ volumeId: uid, driver: 'csi.example', shared: null, readOnly: false });
    expect(volume).toMatchObject({
      id: 'claim-ann',
      uid,
      name: 'home',
      role: 'home',
      mountPath: '/home/jovyan',
      browsePath: '',
      requested: { known: true, bytes: GiB },
      used: { known: true, bytes: 7 },
      free: { known: true, bytes: GiB - 7 },
      driver: 'csi.example',
      storageClass: 'fast',
      accessModes: ['ReadWriteOnce'],
      trouble: null,
      can: {
        snapshot: { available: true },
        clone: { available: true },
        restore: { available: true },
        files: { available: true }
      }
    });
    expect([claims.ownerLabel(), claims.notices()]).toEqual(['ann', []]);
  });

  it('does not count a file system of another size as the claim’s', async () => {
    scene.makeClaim('claim-ann');
    const claims = await scene.observed({ measured: { size: { total: 1.11 * GiB, used: 7, free: 1 } } });
    const shared = { known: false, reason: 'Shared with other volumes.' };
    expect([recordOf(claims).volume.used, recordOf(claims).volume.free]).toEqual([shared, shared]);
  });

  it.each([0.91, 1.09])('counts a file system of %d times the size', async times => {
    scene.makeClaim('claim-ann');
    const claims = await scene.observed({ measured: { size: { total: times * GiB, used: 7, free: 1 } } });
    expect(recordOf(claims).volume.used).toEqual({ known: true, bytes: 7 });
  });

  it('says why sizes are not known', async () => {
    scene.makeClaim('claim-ann');
    scene.makeClaim('set');
    const claims = await scene.observed({
      settings: { volumes: '/home/jovyan=claim-ann,/data=set' },
      measured: { reason: 'The storage did not answer within 2 s.' }
    });
    expect(recordOf(claims).volume.used).toEqual({ known: false, reason: 'The storage did not answer within 2 s.' });
    expect(recordOf(claims, 'set').volume).toMatchObject({
      used: { known: false, reason: 'Nothing is mounted at /data.' },
      trouble: 'Nothing is mounted at /data, where claim set is said to be.'
    });
  });

  it('names the driver that the claim notes first, the class last', async () => {
    scene.makeClaim('claim-ann', {
      metadata: { annotations: { 'volume.kubernetes.io/storage-provisioner': 'noted.example' } }
    });
    scene.makeClaim('set');
    scene.makeClaim('nfs');
    const persistentVolume = (name: string, spec: object): void => {
      scene.server.store.create({ kind: 'PersistentVolume', metadata: { name }, spec });
    };
    scene.makeClaim('made');
    persistentVolume('pv-made', { csi: { driver: 'volume.example', volumeHandle: 'x' } });
    persistentVolume('pv-nfs', { nfs: { server: 'x', path: '/' } });
    scene.server.store.create({ kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'class.example' });
    const claims = await scene.observed({ settings: { volumes: '/home/jovyan=claim-ann,/m=made,/a=set,/b=nfs' } });

    expect(claims.list().map(({ claim, driver }) => [claim, driver])).toEqual([
      ['claim-ann', 'noted.example'],
      ['made', 'volume.example'],
      ['set', 'class.example'],
      ['nfs', null]
    ]);
    expect(claims.notices()).toMatchObject([{ code: 'driver-unknown', object: 'nfs' }]);
    expect(claims.notices()[0]?.message).toContain('not provided by a CSI driver');
    expect(scene.verbs().filter(verb => verb === 'get persistentvolumes/pv-claim-ann')).toEqual([]);
  });

  it('asks for no volume unless a review allows it, and once for a class; then the volume counts', async () => {
    const names = ['claim-ann', 'b', 'c'];
    names.forEach(name => scene.makeClaim(name));
    const spec = { csi: { driver: 'volume.example', volumeHandle: 'x' } };
    names.forEach(name =>
      scene.server.store.create({ kind: 'PersistentVolume', metadata: { name: `pv-${name}` }, spec })
    );
    scene.server.store.create({ kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'class.example' });
    let reviewed = false;
    const rights = { ...UNREVIEWED, may: () => (reviewed ? true : ('unknown' as const)) };
    const claims = await scene.observed({ rights, settings: { volumes: '/home/jovyan=claim-ann,/b=b,/c=c' } });
    const drivers = (): (string | null)[] => claims.list().map(({ driver }) => driver);

    expect(drivers()).toEqual(names.map(() => 'class.example'));
    expect(scene.verbs().filter(verb => /^get (persistentvolumes|storageclasses)/.test(verb))).toEqual([
      'get storageclasses/fast'
    ]);
    reviewed = true;
    await claims.refresh();
    expect(drivers()).toEqual(names.map(() => 'volume.example'));
  });

  it('is nothing where the account may not read claims, and that is said', async () => {
    scene.makeClaim('claim-ann');
    scene.server.rules = [];
    const claims = await scene.observed();
    expect(recordOf(claims).volume).toMatchObject({
      mountPath: '/home/jovyan',
      requested: { known: false, reason: 'The server’s account may not read claim claim-ann.' },
      can: { snapshot: { available: false, reason: 'The server’s account may not read claim claim-ann.' } }
    });
    expect(scene.server.requests).toEqual([]);
  });
});

describe('a claim that changes', () => {
  it('is told without being asked for, by one watch of its name', async () => {
    scene.makeClaim('claim-ann');
    scene.makeClaim('claim-bob');
    scene.server.rules = [VIEW];
    const claims = scene.observe();
    const told: (string | null)[] = [];
    await claims.start();
    claims.onChange(({ volume }) => told.push(volume.trouble));

    scene.changeClaim('claim-bob', { metadata: { labels: { x: 'y' } } });
    scene.changeClaim('claim-ann', { status: { phase: 'Lost' } });
    await until(() => told.length > 0);

    expect(told).toEqual(['Claim claim-ann has lost its volume: the storage behind it is gone.']);
    expect(recordOf(claims).volume.can.snapshot.available).toBe(false);
    expect(scene.server.requests.every(({ query }) => query.includes('metadata.name%3Dclaim-ann'))).toBe(true);
  });

  it('is told to be deleted while it is, and when it was', async () => {
    scene.makeClaim('claim-ann', { metadata: { ...OWN, finalizers: ['kubernetes.io/pvc-protection'] } });
    const claims = await scene.observed();
    const reference = { kind: 'PersistentVolumeClaim', namespace: 'hub', name: 'claim-ann' };

    scene.server.store.delete(reference, {});
    await until(() => recordOf(claims).volume.trouble?.includes('is being deleted since') === true);
    expect(recordOf(claims).volume.can.clone.available).toBe(false);
    scene.changeClaim('claim-ann', { metadata: { finalizers: [] } });
    await until(() => recordOf(claims).volume.trouble?.includes('was deleted') === true);

    expect(recordOf(claims).object).toBeNull();
  });

  it('keeps the volume-id that it carries when it is made anew', async () => {
    scene.makeClaim('claim-ann');
    const claims = await scene.observed();
    const first = await claims.markVolumeId('claim-ann');

    scene.server.store.delete({ kind: 'PersistentVolumeClaim', namespace: 'hub', name: 'claim-ann' }, {});
    const second = scene.makeClaim('claim-ann', {
      metadata: { ...OWN, labels: { 'datamark.github.io/volume-id': first } }
    });
    await until(() => recordOf(claims).volume.uid === second);

    expect(recordOf(claims).volumeId).toBe(first);
    expect(second).not.toBe(first);
  });

  it('is looked at when asked to where watching is not allowed, and watched as soon as it is', async () => {
    scene.makeClaim('claim-ann');
    scene.server.rules = [GET];
    const claims = await scene.observed();
    scene.changeClaim('claim-ann', { status: { phase: 'Lost' } });
    expect(recordOf(claims).volume.trouble).toBeNull();

    await claims.refresh();

    expect(recordOf(claims).volume.trouble).toContain('has lost its volume');
    scene.allow(VIEW);
    await until(() => scene.verbs().includes('watch hub/persistentvolumeclaims'));
    scene.changeClaim('claim-ann', { status: { phase: 'Bound' } });
    await until(() => recordOf(claims).volume.trouble === null);
  });

  it.each([[['get']], [['get', 'list']]])('falls back to looking with %j, though nothing said so', async verbs => {
    scene.makeClaim('claim-ann');
    scene.server.rules = [{ ...VIEW, verbs }];
    const claims = await scene.observed({ rights: UNREVIEWED });
    const refused = verbs.includes('list') ? 'watch' : 'list';
    await until(() => scene.verbs().includes('get persistentvolumeclaims/claim-ann'));
    await claims.refresh();
    expect(recordOf(claims).volume.trouble).toBeNull();
    expect(recordOf(claims).volume.can.snapshot.available).toBe(true);
    await claims.refresh();
    expect(scene.verbs().filter(verb => verb.startsWith(refused))).toHaveLength(1);
  });

  it('is watched on when the API server refuses for a while what it allowed before', async () => {
    scene.makeClaim('claim-ann');
    const claims = await scene.observed();
    scene.server.fault({ path: /persistentvolumeclaims/ }, { kind: 'status', status: 403, reason: 'Forbidden' }, 5);
    scene.server.watches.reset();
    await until(() => !recordOf(claims).volume.can.snapshot.available);
    await until(() => recordOf(claims).volume.can.snapshot.available);
    scene.changeClaim('claim-ann', { status: { phase: 'Lost' } });
    await until(() => recordOf(claims).volume.trouble !== null);
  });

  it('is not waited for without end', async () => {
    scene.makeClaim('claim-ann');
    scene.server.fault({}, { kind: 'hang' }, 1_000);
    const claims = await scene.observed({ more: { timeoutMs: 50 } });
    expect(recordOf(claims).volume.can.snapshot).toMatchObject({ reason: 'Claim claim-ann was not looked at yet.' });
  });

  it('is shown with its mount while the API server does not answer, and known when it does', async () => {
    scene.makeClaim('claim-ann');
    scene.server.fault({}, { kind: 'reset' }, 1_000);
    const claims = scene.observe({ rights: UNREVIEWED });
    const started = claims.start();
    await until(() => claims.get('claim-ann')?.volume.can.snapshot.available === false);
    await started;
    const { can, requested } = recordOf(claims).volume;
    expect(requested).toMatchObject({ known: false });
    expect(can.snapshot).toMatchObject({ reason: expect.stringContaining('Claim claim-ann is not known') as string });

    scene.server.clearFaults();
    await until(() => recordOf(claims).volume.can.snapshot.available);
  });
});

describe('the claims of a server', () => {
  const podOf = (spec: object): void => {
    scene.server.store.create({ kind: 'Pod', metadata: { name: 'jupyter-ann', namespace: 'hub', ...OWN }, spec });
  };
  const POD_SPEC = {
    volumes: [{ name: 'home', persistentVolumeClaim: { claimName: 'claim-ann' } }],
    containers: [{ name: 'notebook', volumeMounts: [{ name: 'home', mountPath: '/home/jovyan' }] }]
  };

  it('are those of the own pod where none are declared', async () => {
    podOf(POD_SPEC);
    scene.makeClaim('claim-ann');
    const claims = await scene.observed({ settings: { volumes: null } });
    expect(claims.list().map(({ claim }) => claim)).toEqual(['claim-ann']);
  });

  it('are not looked for in a pod’s spec where they are declared', async () => {
    podOf(POD_SPEC);
    scene.makeClaim('claim-ann');
    await scene.observe().start();
    expect(scene.server.requests.filter(({ path }) => path.includes('/pods'))).toEqual([]);
  });

  it('are none in a pod without any, and that is said', async () => {
    podOf({ containers: [{ name: 'notebook' }] });
    const claims = await scene.observed({ settings: { volumes: null } });
    expect(claims.list()).toEqual([]);
    expect(claims.notices().map(({ message }) => message)).toEqual([
      'Pod jupyter-ann mounts no claim, only its own disk.'
    ]);
  });

  it.each([
    ['is not allowed to read it', [VIEW], 'DATAMARK_VOLUMES is not set, and the account may not read its own pod.'],
    ['has another name', undefined, 'there is no pod jupyter-ann in namespace hub.']
  ])('are not guessed where the pod %s', async (_, rules, message) => {
    scene.makeClaim('claim-ann');
    scene.server.rules = rules ?? scene.server.rules;
    const claims = await scene.observed({ settings: { volumes: null } });
    expect(claims.list()).toEqual([]);
    expect(claims.notices()).toMatchObject([{ code: 'volumes-unknown' }]);
    expect(claims.notices()[0]?.message).toContain(message);
    expect(claims.notices()[0]?.fix).toMatch(/^Ask the administrator to set DATAMARK_/);
  });

  it('are found later where the API server did not answer at first', async () => {
    podOf(POD_SPEC);
    scene.makeClaim('claim-ann');
    scene.server.fault({ path: /pods/ }, { kind: 'status', status: 500 }, 1_000);
    const claims = await scene.observed({ settings: { volumes: null } });
    expect(claims.notices()[0]?.message).toContain('the own pod can’t be read');
    scene.server.clearFaults();
    await claims.refresh();
    expect([claims.list().length, claims.notices()]).toEqual([
      1,
      expect.not.arrayContaining([{ code: 'volumes-unknown' }])
    ]);
  });

  it('are shown with what is wrong in DATAMARK_VOLUMES', async () => {
    scene.makeClaim('claim-ann');
    const claims = await scene.observed({ settings: { volumes: '/home/jovyan=claim-ann,nonsense' } });
    expect(claims.list()).toHaveLength(1);
    expect(claims.notices()).toMatchObject([{ code: 'volumes-malformed' }, { code: 'driver-unknown' }]);
  });

  it('say the owner by the own pod where no claim does and the account may read it', async () => {
    podOf(POD_SPEC);
    scene.makeClaim('claim-ann', { metadata: { labels: {}, annotations: {} } });
    const claims = await scene.observed();
    expect(claims.ownerLabel()).toBe('ann');
  });
});

it('measures the real mounts of this process where nothing else is given', async () => {
  scene.makeClaim('claim-ann');
  const claims = await scene.observed({
    settings: { volumes: '/proc=claim-ann' },
    more: {
      readMounts: () => readFile('/proc/self/mountinfo', 'utf8'),
      sizes: new FileSystemSizes()
    }
  });
  // /proc is mounted everywhere and has no size.
  expect(recordOf(claims).volume).toMatchObject({
    trouble: null,
    used: { known: false, reason: 'The file system does not tell its size.' }
  });
});
