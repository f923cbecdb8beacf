import { CopyScene } from '../copy/testing/copyScene';
import { NAMESPACE } from '../swap/testing/storageCluster';
import { filesStrategy } from './filesStrategy';

const SPEC = { snapshotName: 'snap', strategy: 'files' as const, paths: ['a', 'gone'] };

let scene: CopyScene;

beforeEach(async () => (scene = await CopyScene.open(filesStrategy)));
afterEach(() => scene.end());

const jobSpec = () => {
  const [job] = scene.cluster.server.store.listAll('Job') as unknown as { spec: { template: { spec: PodSpec } } }[];
  return job?.spec.template.spec;
};

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: object;
  readonly affinity?: unknown;
  readonly tolerations?: unknown;
  readonly containers: readonly { readonly volumeMounts: object[]; readonly securityContext: object }[];
}

test('copies into a new folder, touches nothing else, and says what the snapshot lacks', async () => {
  const { status } = await scene.restore('r', SPEC);

  expect(status).toMatchObject({ phase: 'Succeeded', undo: { possible: false } });
  expect(status.target).toMatch(/^restored-\d{8}-\d{6}$/);
  expect(status.message).toBe(`The files are in ${status.target}. Not in the snapshot: gone.`);
  expect([scene.cluster.read('home'), scene.left, scene.snapshots]).toEqual(['after', [], []]);
});

test('killed before or after any write, it copies once and leaves nothing behind', async () => {
  await scene.restore('whole', SPEC);
  const { length } = scene.writes;
  expect(length).toBeGreaterThan(5);
  for (let write = 1; write <= length; write++) {
    for (const when of ['before', 'after'] as const) {
      const before = scene.tasks.ran.length;
      const { status } = await scene.restore(`cut-${write}-${when}`, SPEC, { cut: { write, when } });
      expect([write, when, status.phase, scene.tasks.ran.length - before, scene.left]).toEqual([
        write,
        when,
        'Succeeded',
        1,
        []
      ]);
    }
  }
}, 60_000);

test('takes the pod of its Job away too, where somebody deleted the Job without it', async () => {
  const { store } = scene.cluster.server;
  scene.tasks.keepsPods = true;
  let kept = 0;
  const deleteJob = (phase: string) => {
    if (phase === 'Verifying') {
      store
        .listAll('Job')
        .forEach(({ metadata }) => store.delete({ kind: 'Job', namespace: NAMESPACE, name: metadata.name }));
      kept = store.listAll('Pod').length;
    }
  };

  const { status } = await scene.restore('r', SPEC, { at: deleteJob });

  expect([status.phase, kept, scene.left]).toEqual(['Succeeded', 1, []]);
});

test('works as the user, on the node of the server, without a token or a right too many', async () => {
  scene.cluster.create('Pod', 'jupyter-ann', {
    spec: {
      nodeName: 'node-7',
      tolerations: [{ key: 'hub.jupyter.org/dedicated', operator: 'Equal', value: 'user', effect: 'NoSchedule' }],
      securityContext: { fsGroup: 100 },
      containers: [{ name: 'notebook', securityContext: { runAsUser: 1000 }, volumeMounts: [{ name: 'home' }] }],
      volumes: [{ name: 'home', persistentVolumeClaim: { claimName: 'home' } }]
    },
    status: { phase: 'Running' }
  });
  let seen: PodSpec | undefined;

  await scene.restore('r', SPEC, { at: () => void (seen ??= jobSpec()) });

  expect(seen).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, supplementalGroups: [100] },
    tolerations: [{ key: 'hub.jupyter.org/dedicated' }]
  });
  expect(seen?.securityContext).not.toHaveProperty('fsGroup');
  expect(JSON.stringify(seen?.affinity)).toContain('"node-7"');
  expect(seen?.containers[0]?.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] }
  });
  expect(seen?.containers[0]?.volumeMounts).toContainEqual({ name: 'source', mountPath: '/source', readOnly: true });
});

test('says why it could not, and keeps the home as it is', async () => {
  scene.tasks.ending = () => ({
    result: 'refused',
    problem: 'disk-full',
    detail: 'The files need 10 bytes, 5 are free.',
    next: 'Free some space, or choose less.',
    written: false
  });

  const { status } = await scene.restore('r', SPEC);

  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'disk-full' } });
  expect([scene.cluster.read('home'), scene.left]).toEqual(['after', []]);
});

test('names where the half of a copy may be that was ended, and takes nothing away', async () => {
  scene.tasks.ending = () => 'broken';

  const { status } = await scene.restore('r', SPEC);

  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'storage-failed' } });
  const folder = status.target ?? '';
  expect(folder).toMatch(/^restored-/);
  expect(status.problem?.detail).toMatch(new RegExp(`may be left in the folder \\.${folder}-\\w{8}, or in ${folder}:`));
});

test('refuses where only one pod may mount the volume and the server does', async () => {
  const { store } = scene.cluster.server;
  const home = { kind: 'PersistentVolumeClaim', namespace: 'hub', name: 'home' };
  store.patch(home, { spec: { accessModes: ['ReadWriteOncePod'] } });
  scene.cluster.create('Pod', 'jupyter-ann', {
    spec: { nodeName: 'node', volumes: [{ name: 'home', persistentVolumeClaim: { claimName: 'home' } }] },
    status: { phase: 'Running' }
  });

  const { status } = await scene.restore('r', SPEC);

  expect(status).toMatchObject({ phase: 'RolledBack', problem: { type: 'in-use' } });
  expect(status.problem?.detail).toMatch(/Only one pod at a time can mount home/);
  expect(scene.tasks.ran).toEqual([]);
});
