/** What can be refused is refused before anything is deleted, and leaves the volume as it was. */
import { ApiRefusal } from '../../testing/api/apiRefusal';
import { volumeAnnotations, type VolumeRestore } from '../../providers/kubernetes/volumeRestore';
import { NAMESPACE } from './testing/storageCluster';
import { SwapScene } from './testing/swapScene';

jest.setTimeout(60_000);

let scene: SwapScene;
let uid: string | undefined;

beforeEach(async () => {
  scene = await SwapScene.open();
  uid = scene.cluster.find('PersistentVolumeClaim', 'home')?.metadata.uid;
});

afterEach(() => scene.end());

/** As before, and nothing else is there. */
async function expectUntouched({ status }: VolumeRestore, problem: string, words: RegExp): Promise<void> {
  expect(status.phase).toBe('RolledBack');
  expect(status.problem).toMatchObject({ type: problem, detail: expect.stringMatching(words) as unknown });
  await scene.settle('r1', 1);
  expect(scene.cluster.read('home')).toBe('after');
  expect(scene.cluster.find('PersistentVolumeClaim', 'home')?.metadata.uid).toBe(uid);
  expect(scene.cluster.volumes).toEqual(['after Delete Bound home']);
  expect([...scene.cluster.stored.values()]).toEqual(['after']);
  expect(scene.cluster.volumeOf('home').metadata.annotations ?? {}).toEqual({});
}

test('a provisioner that can’t ever make the volume', async () => {
  scene.cluster.provisioningFails =
    'failed to provision volume with StorageClass "cow": rpc error: code = OutOfRange desc = the source has more bytes';
  await expectUntouched(await scene.restore('r1'), 'storage-failed', /the source has more bytes/);
});

test('a storage that stays full', async () => {
  scene.cluster.provisioningFails = 'rpc error: code = ResourceExhausted desc = the pool is full';
  await expectUntouched(await scene.restore('r1'), 'storage-failed', /the pool is full/);
});

test('a volume that can’t be mounted', async () => {
  scene.cluster.podsEnd = 'Failed';
  await expectUntouched(await scene.restore('r1'), 'storage-failed', /The new volume can’t be used/);
});

test('a node that takes no pod where the old volume was', async () => {
  scene.cluster.isSlow = true;
  scene.cluster.schedulerSays = '0/3 nodes are available: 3 node(s) had volume node affinity conflict';
  await expectUntouched(await scene.restore('r1'), 'storage-failed', /No node takes it.*affinity conflict/);
});

test('a volume that was made where no node reaches both', async () => {
  const { store } = scene.cluster.server;
  const old = scene.cluster.volumeOf('home').metadata.name;
  const place = (name: string, zone: string): void => {
    const matchExpressions = [{ key: 'example/zone', operator: 'In', values: [zone] }];
    const nodeAffinity = { required: { nodeSelectorTerms: [{ matchExpressions }] } };
    store.patch({ kind: 'PersistentVolume', name }, { spec: { nodeAffinity } });
  };
  place(old, 'a');
  store.subscribe(({ before, after }) => {
    if (before === null && after.kind === 'PersistentVolume') {
      place(after.metadata.name, 'b');
    }
  });
  scene.cluster.podsEnd = 'Pending';
  const began = scene.now().getTime();
  const restore = await scene.restore('r1');
  expect(scene.now().getTime() - began).toBeLessThan(30_000);
  await expectUntouched(restore, 'storage-failed', /example\/zone is b, where the present volume has a\. Nothing/);
});

test('a storage that copies for minutes is waited for', async () => {
  scene.cluster.isSlow = true;
  scene.cluster.schedulerSays = '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims';
  const began = scene.now().getTime();
  await scene.request('r1', { snapshotName: 'snap' });
  const { status } = await scene.finish('r1', {
    at: () => {
      if (scene.now().getTime() - began > 2 * 60_000) {
        scene.cluster.goOn();
      }
    }
  });
  expect(status.phase).toBe('Succeeded');
});

test('a snapshot that is being deleted', async () => {
  const snapshot = { kind: 'VolumeSnapshot', namespace: NAMESPACE, name: 'snap' };
  scene.cluster.server.store.patch(snapshot, { metadata: { finalizers: ['test/held'] } });
  scene.cluster.server.store.delete(snapshot);
  await expectUntouched(await scene.restore('r1'), 'not-ready', /is being deleted/);
});

test('a snapshot that goes while a volume is made from it is not waited for', async () => {
  scene.cluster.isSlow = true;
  const began = scene.now().getTime();
  await scene.request('r1', { snapshotName: 'snap' });
  const restore = await scene.finish('r1', {
    at: () => {
      const isMaking = scene.cluster.objects.some(name => name.includes(' home.restore-'));
      if (isMaking && scene.cluster.find('VolumeSnapshot', 'snap') !== null) {
        scene.cluster.server.store.delete({ kind: 'VolumeSnapshot', namespace: NAMESPACE, name: 'snap' });
      }
    }
  });
  expect(scene.now().getTime() - began).toBeLessThan(30_000);
  await expectUntouched(restore, 'snapshot-not-found', /Snapshot snap is gone/);
});

test.each([
  ['before a volume is made from it', () => true],
  ['while a volume is made from it', () => scene.cluster.objects.some(name => name.includes(' home.restore-'))]
])('a snapshot that is made again under its name, %s', async (_, isTime) => {
  const snapshot = { kind: 'VolumeSnapshot', namespace: NAMESPACE, name: 'snap' };
  const planned = scene.cluster.find('VolumeSnapshot', 'snap')?.metadata.uid;
  await scene.request('r1', { snapshotName: 'snap' });
  const restore = await scene.finish('r1', {
    at: () => {
      if (isTime() && scene.cluster.find('VolumeSnapshot', 'snap')?.metadata.uid === planned) {
        scene.cluster.server.store.delete(snapshot);
        scene.cluster.snapshot('snap', 'home');
      }
    }
  });
  await expectUntouched(restore, 'object-changed', /Snapshot snap was deleted and made again after the plan/);
});

test('a webhook that would refuse the final claim', async () => {
  scene.cluster.server.admissions.push((operation, { kind, metadata }) => {
    if (operation === 'CREATE' && kind === 'PersistentVolumeClaim' && metadata.name === 'home') {
      throw new ApiRefusal(
        403,
        'Forbidden',
        'admission webhook "rules.example" denied the request: no claims called home'
      );
    }
  });
  await expectUntouched(await scene.restore('r1'), 'policy-denied', /no claims called home/);
  expect(scene.writes.some(write => write.startsWith('POST'))).toBe(false);
});

describe('while the server runs, and right before the delete', () => {
  const GUARDS: readonly [string, string, RegExp, () => void][] = [
    [
      'a finalizer that would keep the claim for ever',
      'restore-blocked',
      /finalizer example.com\/keep/,
      () =>
        scene.cluster.server.store.patch(
          { kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: 'home' },
          { metadata: { finalizers: ['kubernetes.io/pvc-protection', 'example.com/keep'] } }
        )
    ],
    [
      'a snapshot that would be deleted with the claim',
      'restore-blocked',
      /Snapshot snap names claim home as its owner/,
      () =>
        scene.cluster.server.store.patch(
          { kind: 'VolumeSnapshot', namespace: NAMESPACE, name: 'snap' },
          { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'home', uid }] } }
        )
    ],
    [
      'a rule that keeps claims from being deleted',
      'policy-denied',
      /homes stay/,
      () =>
        scene.cluster.server.admissions.push((operation, { kind, metadata }) => {
          if (operation === 'DELETE' && kind === 'PersistentVolumeClaim' && metadata.name === 'home') {
            throw new ApiRefusal(403, 'Forbidden', 'admission webhook "rules.example" denied the request: homes stay');
          }
        })
    ]
  ];

  test.each(GUARDS)('%s', async (_, problem, words, guard) => {
    guard();
    await expectUntouched(await scene.restore('r1'), problem, words);
    expect(scene.writes.some(write => write.startsWith('POST'))).toBe(false);
  });

  test.each(GUARDS)('%s, set late', async (_, problem, words, guard) => {
    let isSet = false;
    const at = (phase: string) => {
      if (phase === 'Restoring' && !isSet) {
        isSet = true;
        guard();
      }
    };
    await expectUntouched(await scene.restore('r1', 'snap', { at }), problem, words);
    expect(isSet).toBe(true);
  });
});

test('a claim that was given to another owner meanwhile stays theirs', async () => {
  const home = { kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: 'home' };
  const at = (phase: string) => {
    if (phase === 'Restoring') {
      scene.cluster.server.store.patch(home, { metadata: { labels: { 'hub.jupyter.org/username': 'bob' } } });
    }
  };
  const requester = { podName: 'jupyter-ann', podUid: 'u', verifiedAt: '2026-11-22T10:00:00Z', owner: 'ann' };
  await scene.request('r1', { snapshotName: 'snap', requester });
  scene.cluster.server.store.patch(
    { kind: 'VolumeRestore', namespace: NAMESPACE, name: 'r1' },
    { status: { requester } }
  );

  await expectUntouched(await scene.finish('r1', { at }), 'object-changed', /belongs to bob meanwhile/);
});

test('a quota without room for a second volume', async () => {
  scene.cluster.server.admissions.push((operation, { kind, metadata }) => {
    if (operation === 'CREATE' && kind === 'PersistentVolumeClaim' && metadata.name !== 'home') {
      throw new ApiRefusal(
        403,
        'Forbidden',
        'persistentvolumeclaims "x" is forbidden: exceeded quota: q, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=1, limited: persistentvolumeclaims=1'
      );
    }
  });
  await expectUntouched(await scene.restore('r1'), 'quota-exceeded', /Quota q is used up: 1 of 1/);
});

test.each([
  [
    'a pod that mounts the claim, Pending too',
    'Pod',
    { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'home' } }], containers: [] } }
  ],
  [
    'a snapshot of it that does not get ready',
    'VolumeSnapshot',
    { spec: { source: { persistentVolumeClaimName: 'home' } }, status: {} }
  ],
  [
    'a clone of it that is not made yet',
    'PersistentVolumeClaim',
    {
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'cow-wffc',
        resources: { requests: { storage: '1Gi' } },
        dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'home' }
      },
      status: { phase: 'Pending' }
    }
  ]
])('right before the delete: %s', async (_, kind, parts) => {
  await scene.request('r1', { snapshotName: 'snap' });
  let isMade = false;
  const restore = await scene.finish('r1', {
    at: phase => {
      if (phase === 'Restoring' && !isMade) {
        isMade = true;
        scene.cluster.create(kind, 'late', parts);
      }
    }
  });
  await expectUntouched(restore, 'restore-blocked', /late/);
});

test.each([
  [
    'was held',
    { metadata: { annotations: { 'datamark.github.io/held-until': 'forever' } } },
    'restore-blocked',
    /is held/
  ],
  [
    'was enlarged',
    { spec: { resources: { requests: { storage: '2Gi' } } } },
    'object-changed',
    /was enlarged to 2Gi meanwhile; the restored volume has/
  ]
])('right before the delete: a claim that %s', async (_, change, problem, words) => {
  await scene.request('r1', { snapshotName: 'snap' });
  const claim = { kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: 'home' };
  const { status } = await scene.finish('r1', {
    at: phase => {
      if (phase === 'Restoring') {
        scene.cluster.server.store.patch(claim, change);
      }
    }
  });
  expect(status.problem).toMatchObject({ type: problem, detail: expect.stringMatching(words) as unknown });
  await scene.settle('r1', 1);
  expect(scene.cluster.find('PersistentVolumeClaim', 'home')?.metadata.uid).toBe(uid);
  expect(scene.cluster.volumes).toEqual(['after Delete Bound home']);
});

test('the volume of another claim, whatever the status says', async () => {
  await scene.cluster.claim('of-bob', 'bob');
  const { metadata, spec } = scene.cluster.volumeOf('of-bob');
  await scene.request('r1', { snapshotName: 'snap' });
  const edit = (phase: string): void => {
    if (phase === 'Securing') {
      const newVolume = { name: metadata.name, uid: metadata.uid, reclaimPolicy: 'Delete' };
      const restore = { kind: 'VolumeRestore', namespace: NAMESPACE, name: 'r1' };
      scene.cluster.server.store.patch(restore, { status: { newVolume } });
    }
  };
  // The look that was under way meanwhile is lost.
  await expect(scene.finish('r1', { at: edit })).rejects.toMatchObject({ status: 409 });
  const { status } = await scene.finish('r1');
  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'object-changed' } });
  await scene.settle('r1', 1);
  expect(scene.cluster.volumeOf('of-bob')).toMatchObject({ metadata: { uid: metadata.uid }, spec });
  expect(scene.cluster.volumeOf('of-bob').metadata.annotations ?? {}).toEqual({});
  expect([scene.cluster.read('home'), scene.cluster.read('of-bob')]).toEqual(['after', 'bob']);
});

test('a volume that somebody set back to Delete is not let go', async () => {
  await scene.request('r1', { snapshotName: 'snap' });
  const name = scene.cluster.volumeOf('home').metadata.name;
  const restore = await scene.finish('r1', {
    at: phase => {
      if (phase === 'Restoring') {
        const change = { spec: { persistentVolumeReclaimPolicy: 'Delete' } };
        scene.cluster.server.store.patch({ kind: 'PersistentVolume', name }, change);
      }
    }
  });
  await expectUntouched(restore, 'object-changed', /Somebody changed the volume/);
});

test('where the new volume is gone after the delete, the claim comes back with the old one', async () => {
  await scene.request('r1', { snapshotName: 'snap' });
  const { store } = scene.cluster.server;
  store.subscribe(({ after, removed }) => {
    if (removed && after.kind === 'PersistentVolumeClaim' && after.metadata.name === 'home') {
      const fresh = store
        .listAll('PersistentVolume')
        .find(({ metadata }) => metadata.annotations?.[volumeAnnotations.undoOf] === undefined);
      store.delete({ kind: 'PersistentVolume', name: fresh?.metadata.name ?? '' });
    }
  });
  const { status } = await scene.finish('r1');

  expect(status.phase).toBe('RolledBack');
  expect(scene.cluster.read('home')).toBe('after');
  await scene.settle('r1', 1);
  expect(scene.cluster.volumes).toEqual(['after Delete Bound home']);
  expect(scene.cluster.volumeOf('home').metadata.annotations ?? {}).toEqual({});
});

test('a kept volume that its time has given away can’t come back', async () => {
  await scene.restore('r0');
  const kept = scene.cluster.server.store
    .listAll('PersistentVolume')
    .find(({ metadata }) => metadata.annotations?.[volumeAnnotations.undoOf] !== undefined);
  await scene.request('u1', { undoOf: 'r0' });
  scene.cluster.server.store.patch(
    { kind: 'PersistentVolume', name: kept?.metadata.name ?? '' },
    { metadata: { annotations: { [volumeAnnotations.undoOf]: null } } }
  );
  const { status } = await scene.finish('u1');

  expect(status.problem).toMatchObject({ type: 'nothing-to-undo' });
  expect(scene.cluster.read('home')).toBe('before');
});
