/** Quotas of the namespace, and whether its owners are kept apart: found by dry runs that leave nothing behind. */
import { ApiRefusal } from '../../../testing/api/apiRefusal';
import { until } from '../../../testing/until';
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

const quota = (hard: Record<string, string>, used: Record<string, string>, spec: object = {}): void => {
  const metadata = { name: 'fair', namespace: 'hub' };
  scene.server.store.create({ kind: 'ResourceQuota', metadata, spec: { hard, ...spec }, status: { hard, used } });
};

const SNAPSHOTS = 'count/volumesnapshots.snapshot.storage.k8s.io';

describe('quotas', () => {
  const openAlone = (): Promise<PreflightScene> => open({ settings: { isolation: 'single-owner' } });

  it('what is left is told', async () => {
    await openAlone();
    quota(
      { [SNAPSHOTS]: '10', 'requests.storage': '20Gi', pods: '4' },
      { [SNAPSHOTS]: '2', 'requests.storage': '12Gi' }
    );
    expect((await scene.report()).get('quota')).toMatchObject({
      state: 'ok',
      message: 'Used so far: 2 of 10 snapshots (fair), 12.0 GiB of 20.0 GiB requested (fair).'
    });
  });

  it('no room for a snapshot: snapshots are off, and on again once somebody has made room', async () => {
    await openAlone();
    quota({ [SNAPSHOTS]: '2' }, { [SNAPSHOTS]: '2' });
    const finding = (await scene.report()).get(`quota/fair/${SNAPSHOTS}`);
    expect(finding).toMatchObject({ state: 'failed', affects: ['snapshot'] });
    expect(scene.preflight.obstacle('snapshot', 'claim-ann')?.reason).toBe(
      'The quota fair is used up: 2 of 2 snapshots.'
    );
    expect(scene.preflight.obstacle('clone', 'claim-ann')).toBeNull();
    const reference = { kind: 'ResourceQuota', namespace: 'hub', name: 'fair' };
    scene.server.store.replace(
      reference,
      scene.server.store.patched(reference, { status: { used: { [SNAPSHOTS]: '1' } } })
    );
    await until(() => scene.preflight.obstacle('snapshot', 'claim-ann') === null);
  });

  it.each([
    ['bytes', { 'requests.storage': '2Gi' }, { 'requests.storage': '1536Mi' }],
    ['claims', { persistentvolumeclaims: '2' }, { persistentvolumeclaims: '2' }],
    [
      'bytes of its class',
      { 'cow.storageclass.storage.k8s.io/requests.storage': '1Gi' },
      { 'cow.storageclass.storage.k8s.io/requests.storage': '1Gi' }
    ]
  ])('no room for a clone by %s: clones of that volume are off', async (_, hard, used) => {
    await openAlone();
    scene.claims = [sampleClaim('claim-ann', ANN), sampleClaim('claim-small', { storageClass: 'other', size: '1Mi' })];
    quota(hard as Record<string, string>, used as Record<string, string>);
    await scene.preflight.look();
    expect(scene.preflight.obstacle('clone', 'claim-ann')?.reason).toContain('leaves no room for a clone of ann');
    expect(scene.preflight.obstacle('snapshot', 'claim-ann')).toBeNull();
  });

  it('a quota of another class or of pods alone does not count', async () => {
    await openAlone();
    quota(
      { 'x.storageclass.storage.k8s.io/requests.storage': '1' },
      { 'x.storageclass.storage.k8s.io/requests.storage': '1' }
    );
    await scene.preflight.look();
    expect(scene.preflight.obstacle('clone', 'claim-ann')).toBeNull();
  });

  it('that may not be read are unknown', async () => {
    await openAlone();
    scene.without('list', 'resourcequotas');
    expect((await scene.report()).get('quota')?.state).toBe('unknown');
  });
});

describe('isolation', () => {
  const own = (source: unknown): boolean => source === 'claim-ann';

  /** Refuses what is not made from ann's claim, as the shipped policies do. */
  const policyFor = (kinds: readonly string[]): void => {
    scene.server.admissions.push((operation, object) => {
      const { source, dataSourceRef } = object['spec'] as {
        source?: { persistentVolumeClaimName?: string };
        dataSourceRef?: { name: string };
      };
      const from = source?.persistentVolumeClaimName ?? dataSourceRef?.name;
      if (operation === 'CREATE' && kinds.includes(object.kind) && !own(from)) {
        throw new ApiRefusal(
          403,
          'Forbidden',
          `x is forbidden: ValidatingAdmissionPolicy 'datamark-own' with binding 'datamark-own' denied request: pod jupyter-ann may snapshot only its own volume`
        );
      }
    });
  };

  it('a namespace of one owner needs no policy, and nothing is tried', async () => {
    await open();
    scene.server.store.delete({ kind: 'PersistentVolumeClaim', namespace: 'hub', name: 'claim-bob' }, {});
    expect((await scene.report()).get('isolation')).toMatchObject({ state: 'ok' });
    expect(scene.server.requests.filter(({ query }) => query.includes('dryRun'))).toEqual([]);
  });

  it('others’ claims without a policy: snapshot and clone are off, and whose claim could be reached is named', async () => {
    await open();
    const report = await scene.report();
    expect(report.get('isolation/snapshot')).toMatchObject({ state: 'failed', affects: ['snapshot'] });
    expect(report.get('isolation/clone')).toMatchObject({ state: 'failed', affects: ['clone'] });
    expect(scene.preflight.obstacle('snapshot', 'claim-ann')).toEqual({
      reason:
        'No policy keeps the owners in hub apart: this account could make snapshots of claim-bob, which is bob’s.',
      fix: expect.stringContaining('deploy/policies') as string
    });
    expect(scene.preflight.obstacle('delete', 'claim-ann')).toBeNull();
  });

  it('policies for both: everything is on, and the trials left nothing behind', async () => {
    await open();
    policyFor(['VolumeSnapshot', 'PersistentVolumeClaim']);
    const report = await scene.report();
    expect(report.get('isolation/snapshot')).toMatchObject({
      state: 'ok',
      message: 'datamark-own keeps this account from snapshots of others’ volumes.'
    });
    expect(report.get('isolation/clone')?.state).toBe('ok');
    const trials = scene.server.requests.filter(
      ({ method, path }) => method === 'POST' && path.includes('/namespaces/')
    );
    expect(trials).toHaveLength(4);
    expect(trials.every(({ query }) => query === '?dryRun=All')).toBe(true);
  });

  it('a policy for snapshots alone: clones stay off', async () => {
    await open();
    policyFor(['VolumeSnapshot']);
    await scene.preflight.look();
    expect(scene.preflight.obstacle('snapshot', 'claim-ann')).toBeNull();
    expect(scene.preflight.obstacle('clone', 'claim-ann')?.reason).toContain('make clones of claim-bob');
  });

  it('a policy that refuses the own volume too is a warning in its own words', async () => {
    await open();
    scene.server.admissions.push(() => {
      throw new ApiRefusal(
        403,
        'Forbidden',
        'admission webhook "strict.example" denied the request: no names with dots'
      );
    });
    expect((await scene.report()).get('isolation/snapshot')).toMatchObject({
      state: 'warning',
      message: 'strict.example also refused a trial with your own volume, so snapshots may fail: no names with dots'
    });
  });

  it('a trial that fails for another reason tells nothing', async () => {
    await open();
    scene.server.admissions.push(() => {
      throw new ApiRefusal(403, 'Forbidden', 'exceeded quota: fair');
    });
    expect((await scene.report()).get('isolation/clone')).toMatchObject({ state: 'unknown', affects: [] });
  });

  it('without the right to list claims it is not known', async () => {
    await open();
    scene.without('list', 'persistentvolumeclaims');
    expect((await scene.report()).get('isolation')?.state).toBe('unknown');
  });

  it('an account that makes neither snapshots nor clones needs no policy', async () => {
    await open();
    scene.server.rules = [{ verbs: ['get', 'list', 'watch'], apiGroups: ['*'], resources: ['*'] }];
    expect((await scene.report()).get('isolation')?.state).toBe('not-applicable');
  });

  it.each([
    ['policy', 'ok'],
    ['single-owner', 'ok'],
    ['off', 'warning']
  ] as const)('what an admin says counts: %s', async (isolation, state) => {
    await open({ settings: { isolation } });
    expect((await scene.report()).get('isolation')?.state).toBe(state);
    expect(scene.server.requests.filter(({ query }) => query.includes('dryRun'))).toEqual([]);
    expect(scene.preflight.obstacle('snapshot', 'claim-ann')).toBeNull();
  });

  it('is tried as soon as the server’s own claim is known', async () => {
    await open({ claims: [] });
    await scene.preflight.look();
    expect(scene.preflight.obstacle('snapshot', null)).toBeNull();
    scene.claims = [sampleClaim('claim-ann', ANN)];
    await scene.preflight.look();
    expect(scene.preflight.obstacle('snapshot', 'claim-ann')?.reason).toContain('No policy keeps the owners');
  });

  it('is tried once, not at every look; and anew when the report is asked for', async () => {
    await open();
    const trials = (): number => scene.server.requests.filter(({ query }) => query.includes('dryRun')).length;
    await scene.preflight.look(0);
    await scene.preflight.look(0);
    expect(trials()).toBe(4);
    await scene.report();
    await until(() => trials() === 8);
  });
});
