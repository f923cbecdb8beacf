/** Each finding from the cluster that causes it, and the same sentence wherever something is refused for it. */
import type { CheckState } from '../../../../../contract';
import { until } from '../../../testing/until';
import { KubernetesError } from '../client/kubernetesApi';
import { NEEDED_RIGHTS } from './neededRights';
import { ANN, PreflightScene } from './testing/preflightScene';
import { sampleClaim } from './testing/sampleClaims';

let scene: PreflightScene;

afterEach(async () => {
  expect(scene.warnings).toEqual([]);
  await scene.end();
});

const open = async (...options: Parameters<typeof PreflightScene.open>): Promise<PreflightScene> => {
  scene = await PreflightScene.open(...options);
  return scene;
};

/** Bob's claim is not there: ann has the namespace for herself. */
const alone = (): void => {
  scene.server.store.delete({ kind: 'PersistentVolumeClaim', namespace: 'hub', name: 'claim-bob' }, {});
};

const states = async (state: CheckState): Promise<string[]> =>
  [...(await scene.report()).values()].filter(finding => finding.state === state).map(({ id }) => id);

describe('where all is well', () => {
  it('everything is fine, and nothing is off', async () => {
    await open();
    alone();
    const report = await scene.report();
    const others = [...report.values()].filter(({ state }) => state !== 'ok');
    expect(others.map(({ id, state }) => [id, state])).toEqual([['restore', 'not-applicable']]);
    expect(report.get('api')?.message).toMatch(/^v1\.36\.3, namespace hub, answers in \d+ ms\.$/);
    expect(report.get('snapshot-api')?.message).toBe('snapshot.storage.k8s.io/v1, 1 class: cow.');
    expect(report.get('volumes')?.message).toBe('1 found in pod jupyter-ann, named by DATAMARK_VOLUMES.');
    expect(report.get('rights')?.message).toContain('get, list, watch, create, patch, delete volumesnapshots');
    for (const action of ['list', 'snapshot', 'clone', 'delete', 'hold'] as const) {
      expect(scene.preflight.obstacle(action, 'claim-ann')).toBeNull();
    }
  });

  it('before the first look nothing is known and nothing is off', async () => {
    await open();
    expect(scene.preflight.may('delete', '', 'persistentvolumeclaims')).toBe('unknown');
    expect(scene.preflight.obstacle('snapshot', null)).toBeNull();
  });

  it('a look serves for a while: capabilities cost no requests', async () => {
    await open();
    await scene.preflight.look();
    const before = scene.server.requests.length;
    await scene.preflight.look();
    scene.preflight.obstacle('snapshot', 'claim-ann');
    scene.preflight.may('create', '', 'persistentvolumeclaims');
    expect(scene.server.requests).toHaveLength(before);
  });
});

describe('rights', () => {
  it.each(NEEDED_RIGHTS.filter(({ title }) => title !== null))(
    'without $verb $resource the report names it, what has it, and refuses with the same words',
    async ({ verb, group, resource, role, actions }) => {
      await open({ restores: true });
      alone();
      scene.without(verb, resource);

      const finding = (await scene.report()).get(`rights/${verb}-${resource}`);

      const reason = `This account may not ${verb} ${resource} in hub.`;
      expect(finding?.message).toContain(actions.length === 0 ? reason : `Off: ${reason.replace('This', 'this')}`);
      expect(finding?.fix).toContain(role);
      expect(finding?.state).toBe(actions.length === 0 ? 'warning' : 'failed');
      expect(scene.preflight.may(verb, group, resource)).toBe(false);
      expect(scene.preflight.missing(verb, group, resource)?.reason).toBe(reason);
      for (const action of actions) {
        expect(scene.preflight.obstacle(action, 'claim-ann')?.reason).toBe(reason);
      }
    }
  );

  it('a rule that names objects leaves open what may be done to others', async () => {
    await open();
    scene.server.rules = [
      { verbs: ['get', 'delete', 'create'], apiGroups: [''], resources: ['*'], resourceNames: ['claim-ann'] }
    ];
    await scene.preflight.look();
    expect(scene.preflight.may('get', '', 'persistentvolumeclaims')).toBe('unknown');
    expect(scene.preflight.may('create', '', 'persistentvolumeclaims')).toBe(false);
    expect(scene.preflight.may('list', '', 'persistentvolumeclaims')).toBe(false);
  });

  it('are asked one by one where the list of rules is not complete', async () => {
    const incomplete = { status: { resourceRules: [], incomplete: true } };
    await open({
      around: api => ({
        ...api,
        server: api.server,
        namespace: api.namespace,
        request: async request =>
          request.path.endsWith('/selfsubjectrulesreviews') ? request.schema.parse(incomplete) : api.request(request)
      })
    });
    alone();
    scene.without('delete', 'volumesnapshots');
    expect(await states('failed')).toEqual(['rights/delete-volumesnapshots']);
    expect(scene.preflight.may('create', '', 'persistentvolumeclaims')).toBe(true);
    // Nobody asked about these.
    expect(scene.preflight.may('get', '', 'persistentvolumes')).toBe('unknown');
  });

  it('are unknown, and everything is tried, where no review is answered', async () => {
    await open();
    const forbidden = { kind: 'status', status: 403, reason: 'Forbidden', message: 'no reviews' } as const;
    scene.server.fault({ path: /selfsubject/ }, forbidden, 100);
    const report = await scene.report();
    expect(report.get('rights')).toMatchObject({ state: 'unknown', affects: [] });
    expect(scene.preflight.may('create', '', 'persistentvolumeclaims')).toBe('unknown');
  });

  it('that change are told', async () => {
    await open();
    alone();
    await scene.preflight.look();
    const changes: (boolean | 'unknown')[] = [];
    scene.preflight.onChange(() =>
      changes.push(scene.preflight.may('watch', 'snapshot.storage.k8s.io', 'volumesnapshots'))
    );
    await scene.preflight.look(0);
    expect(changes).toEqual([]);
    scene.without('watch', 'volumesnapshots');
    await scene.preflight.look(0);
    expect(changes).toEqual([false]);
  });
});

describe('the way to the API server', () => {
  it.each([
    ['ConnectTimeout', 'network-policy', /does not answer: nothing comes back/],
    ['Timeout', 'network-policy', /does not answer/],
    ['ENOTFOUND', 'network-policy', /can’t be looked up/],
    ['NoToken', 'token', /no token of a service account/],
    ['InvalidConfiguration', 'token', /the words/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'kubernetes-api', /can’t be asked: the words/]
  ])('%s: says what it means, and nothing is tried', async (code, docs, message) => {
    await open({
      around: api => ({
        ...api,
        server: '10.96.0.1:443',
        namespace: 'hub',
        request: () => Promise.reject(new KubernetesError(0, code, 'the words'))
      })
    });
    const report = await scene.report();
    expect([...report.keys()]).toEqual(['api']);
    expect(report.get('api')).toMatchObject({
      state: 'failed',
      docs,
      message: expect.stringMatching(message) as string
    });
    expect(scene.preflight.obstacle('snapshot', 'claim-ann')?.reason).toMatch(message);
  });

  it('a token that is not accepted says so', async () => {
    await open();
    scene.server.token = 'another';
    expect((await scene.report()).get('api')).toMatchObject({
      docs: 'token',
      message: expect.stringContaining('token') as string
    });
  });

  it('comes back by itself: then the rights are known, and that is told', async () => {
    await open({ down: true });
    await scene.preflight.look();
    expect((await scene.report()).get('api')?.message).toContain('refuses connections');
    let told = 0;
    scene.preflight.onChange(() => {
      told += 1;
    });
    await scene.server.listen(scene.port);
    await until(() => scene.preflight.may('create', '', 'persistentvolumeclaims') === true);
    expect(told).toBeGreaterThan(0);
  });
});

describe('storage', () => {
  it('a cluster without the CRDs: no snapshots, and how they are installed', async () => {
    await open();
    alone();
    scene.server.missingGroups.add('snapshot.storage.k8s.io');
    const finding = (await scene.report()).get('snapshot-api');
    expect(finding).toMatchObject({ state: 'failed', affects: ['list', 'snapshot', 'delete', 'hold'] });
    expect(finding?.command).toContain('config/crd');
    expect(scene.preflight.obstacle('snapshot', 'claim-ann')?.reason).toContain('CRDs are not installed');
    expect(scene.preflight.obstacle('clone', 'claim-ann')).toBeNull();
  });

  it('a driver without a class: only that volume is off, and the others are named', async () => {
    await open({ claims: [sampleClaim('claim-ann', ANN), sampleClaim('claim-scratch', { driver: 'topolvm.io' })] });
    alone();
    const finding = (await scene.report()).get('snapshot-class/claim-scratch');
    expect(finding).toMatchObject({
      state: 'failed',
      title: 'Snapshots of scratch',
      object: 'scratch',
      message: 'Off: no VolumeSnapshotClass exists for its driver, topolvm.io.'
    });
    expect(finding?.fix).toContain('ann is not affected.');
    expect(scene.preflight.obstacle('snapshot', 'claim-scratch')?.reason).toBe(
      'No VolumeSnapshotClass exists for its driver, topolvm.io.'
    );
    expect(scene.preflight.obstacle('snapshot', 'claim-ann')).toBeNull();
    expect(scene.preflight.obstacle('snapshot', null)).toBeNull();
  });

  it('a driver that is not installed at all is told as that', async () => {
    await open({ claims: [sampleClaim('claim-ann', { driver: 'gone.example' })] });
    alone();
    await scene.classes.refresh(true);
    expect((await scene.report()).get('snapshot-class/claim-ann')?.message).toContain('not installed as a CSI driver');
    scene.server.store.create({ kind: 'CSIDriver', metadata: { name: 'gone.example' } });
    expect((await scene.report()).get('snapshot-class/claim-ann')?.message).not.toContain('not installed');
  });

  it('several default classes are named', async () => {
    await open();
    alone();
    for (const name of ['one', 'two']) {
      const annotations = { 'snapshot.storage.kubernetes.io/is-default-class': 'true' };
      const metadata = { name, annotations };
      scene.server.store.create({
        kind: 'VolumeSnapshotClass',
        metadata,
        driver: 'cow.example',
        deletionPolicy: 'Delete'
      });
    }
    expect((await scene.report()).get('snapshot-class/claim-ann')?.message).toContain('one, two');
  });

  it('classes that may not be read are unknown, never missing', async () => {
    await open();
    alone();
    scene.server.rules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['persistentvolumeclaims', 'volumesnapshots'] }];
    const report = await scene.report();
    expect(report.get('snapshot-classes')).toMatchObject({ state: 'unknown' });
    expect(report.get('snapshot-class/claim-ann')).toBeUndefined();
    expect(scene.preflight.obstacle('snapshot', 'claim-ann')).toBeNull();
  });

  it('a class that waits for its first pod is no fault', async () => {
    await open({ claims: [sampleClaim('claim-ann', { ...ANN, storageClass: 'lazy' })] });
    alone();
    scene.server.store.create({
      kind: 'StorageClass',
      metadata: { name: 'lazy' },
      provisioner: 'cow.example',
      volumeBindingMode: 'WaitForFirstConsumer'
    });
    expect((await scene.report()).get('first-consumer')).toMatchObject({
      state: 'ok',
      message: expect.stringContaining('class lazy gets its data when a server first mounts it') as string
    });
  });
});

describe('volumes', () => {
  it('without DATAMARK_VOLUMES and without the right to read pods, that is the cause', async () => {
    await open({ claims: [], settings: { volumes: null } });
    alone();
    expect((await scene.report()).get('volumes')?.message).toBe('They are still being looked for.');
    scene.preflight.claimsKnown();
    scene.without('get', 'pods');
    expect((await scene.report()).get('volumes')).toMatchObject({
      state: 'failed',
      affects: ['list', 'snapshot', 'clone']
    });
    scene.server.rules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
    expect((await scene.report()).get('volumes')).toMatchObject({ state: 'warning' });
  });

  it('what a claim rules out itself is told once, with its own words', async () => {
    const shared = { available: false, reason: 'Others use claim-team too.', fix: 'Ask its owner.' } as const;
    const can = { snapshot: shared, clone: shared, restore: shared, files: shared };
    await open({ claims: [sampleClaim('claim-ann', ANN), sampleClaim('claim-team', { can })] });
    alone();
    const report = await scene.report();
    expect(report.get('volume/claim-team/snapshot-clone')).toMatchObject({
      title: 'Snapshots and clones of team',
      message: 'Off: others use claim-team too.',
      fix: 'Ask its owner.'
    });
    expect(scene.preflight.obstacle('clone', 'claim-team')?.reason).toBe(shared.reason);
    expect(scene.preflight.obstacle('clone', 'claim-ann')).toBeNull();
  });
});
