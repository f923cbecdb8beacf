/** What the report says of restores in place, on the API server stand-in. */
import { ApiRefusal } from '../../../testing/api/apiRefusal';
import { PreflightScene } from './testing/preflightScene';

const RESTORES = '/volumerestores';

let scene: PreflightScene;

const open = async (...options: Parameters<typeof PreflightScene.open>): Promise<void> => {
  scene = await PreflightScene.open(...options);
};
afterEach(() => scene.end());

/** Bob's claim is not there: ann has the namespace for herself. */
const alone = (): void => {
  scene.server.store.delete({ kind: 'PersistentVolumeClaim', namespace: 'hub', name: 'claim-bob' }, {});
};

const denied = (policy: string): ApiRefusal => {
  const what = `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: not yours`;
  return new ApiRefusal(422, 'Invalid', `volumerestores.datamark.github.io "x" is forbidden: ${what}`);
};

/** A policy of the cluster against restores in the name of another pod. */
const withPolicy = (): void => {
  scene.server.admissions.push((_, object) => {
    const { spec } = object as { readonly spec?: { readonly requester?: { readonly podName?: string } } };
    if (object.kind === 'VolumeRestore' && spec?.requester?.podName !== 'jupyter-ann') {
      throw denied('datamark-restores');
    }
  });
};

const trials = (): number =>
  scene.server.requests.filter(({ verb, path }) => verb === 'create' && path.endsWith(RESTORES)).length;

it('without VolumeRestores in the cluster restores are off, and nothing is broken', async () => {
  await open();
  alone();

  const finding = (await scene.report()).get('restore');

  expect(finding).toMatchObject({ state: 'not-applicable', affects: ['restore', 'files'] });
  expect(scene.preflight.obstacle('restore', 'claim-ann')?.fix).toContain('clone the snapshot');
  expect(scene.preflight.obstacle('files', 'claim-ann')?.reason).toContain('copying files back');
  expect(scene.preflight.restoresServed()).toBe(false);
  expect(trials()).toBe(0);
});

it('with them restores are on, and the trial leaves nothing behind', async () => {
  await open({ restores: true });
  alone();
  withPolicy();

  const report = await scene.report();

  expect(report.get('restore')?.state).toBe('ok');
  expect(report.get('restore/requester')).toMatchObject({ state: 'ok' });
  expect(report.get('restore/requester')?.message).toContain('datamark-restores');
  expect(scene.preflight.obstacle('restore', 'claim-ann')).toBeNull();
  expect(scene.preflight.restoresServed()).toBe(true);
  expect(trials()).toBe(1);
  expect(
    scene.server.store.find({ kind: 'VolumeRestore', namespace: 'hub', name: 'claim-ann.datamark-check' })
  ).toBeNull();
});

it('without a policy it is a warning for who is alone, and off where others’ restores could be asked for', async () => {
  await open({ restores: true });

  expect((await scene.report()).get('restore/requester')?.state).toBe('failed');
  expect(scene.preflight.obstacle('restore', 'claim-ann')?.reason).toContain('in the name of another’s');

  alone();
  expect((await scene.report()).get('restore/requester')?.state).toBe('warning');
  expect(scene.preflight.obstacle('restore', 'claim-ann')).toBeNull();
});

it('is tried once, not at every look; and anew when the report is asked for', async () => {
  await open({ restores: true });
  withPolicy();
  await scene.preflight.look(0);
  await scene.preflight.look(0);
  expect(trials()).toBe(1);

  await scene.report();

  expect(trials()).toBe(2);
});

it('what is answered otherwise is not taken for a policy', async () => {
  await open({ restores: true });
  scene.server.admissions.push((_, { kind }) => {
    if (kind === 'VolumeRestore') {
      throw new ApiRefusal(500, 'InternalError', 'no room');
    }
  });

  expect((await scene.report()).get('restore/requester')?.state).toBe('unknown');
});

it('a definition of VolumeRestore that is older is named, with what it lacks', async () => {
  await open({ restores: true });
  scene.server.admissions.push((_, { kind }) => {
    if (kind === 'VolumeRestore') {
      throw new ApiRefusal(400, 'BadRequest', 'strict decoding error: unknown field "spec.paths"');
    }
  });

  const finding = (await scene.report()).get('restore');

  expect(finding).toMatchObject({
    state: 'warning',
    message: expect.stringContaining('it lacks spec.paths') as unknown
  });
  expect(finding?.fix).toContain('deploy/crd/volumerestores.yaml');
  const tried = scene.server.requests.find(({ verb, path }) => verb === 'create' && path.endsWith(RESTORES));
  expect(tried?.query).toContain('fieldValidation=Strict');
});

it('whether there are any can’t be told while the server does not say', async () => {
  await open({ restores: true });
  scene.server.fault({ path: /^\/apis\/datamark.github.io\/v1alpha1$/ }, { kind: 'status', status: 500 }, 100);

  expect((await scene.report()).get('restore')?.state).toBe('unknown');
  expect(scene.preflight.restoresServed()).toBe('unknown');
});

it('without the right to ask for them nothing is tried', async () => {
  await open({ restores: true });
  scene.without('create', 'volumerestores');

  const report = await scene.report();

  expect(report.get('rights/create-volumerestores')?.state).toBe('failed');
  expect(report.has('restore')).toBe(false);
  expect(trials()).toBe(0);
});
