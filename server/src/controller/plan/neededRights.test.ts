/** Each right of deploy/controller/rbac.yaml is needed for something: where one is taken away, that is told by its name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import type { AccessRule } from '../../testing/api/accessRules';
import { until } from '../../testing/until';
import { ControllerScene, POD } from '../testing/controllerScene';
import { RecordedStrategy } from '../testing/recordedStrategy';

jest.setTimeout(30_000);

const SHIPPED = join(__dirname, '..', '..', '..', '..', 'deploy', 'controller', 'rbac.yaml');
const ALL = [new RecordedStrategy('swap'), new RecordedStrategy('copy'), new RecordedStrategy('files')];

/** One verb on one resource each. */
const GRANTED: readonly AccessRule[] = (
  loadAll(readFileSync(SHIPPED, 'utf8')) as { kind: string; rules?: AccessRule[] }[]
)
  .filter(({ kind }) => kind === 'ClusterRole')
  .flatMap(({ rules = [] }) => rules)
  .flatMap(({ verbs, resources, ...rule }) =>
    resources.flatMap(resource => verbs.map(verb => ({ ...rule, verbs: [verb], resources: [resource] })))
  );
/** Everybody's. */
const REVIEW: AccessRule = { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['*'] };

/** As the controller names it: `create jobs.batch`. */
const nameOf = ({ verbs: [verb], apiGroups: [group], resources: [resource] }: AccessRule): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
const named = GRANTED.map(right => [nameOf(right), right] as const);

/** Without these no plan can be written, which is told elsewhere. */
const TO_BEGIN = /^((get|list|watch) volumerestores|patch volumerestores\/status)\./;

let scene: ControllerScene;

beforeEach(async () => {
  scene = await ControllerScene.open();
  scene.pod();
});
afterEach(() => scene.end());

it('all of them together are all that is needed', async () => {
  scene.server.rules = [REVIEW, ...GRANTED];
  scene.start(ALL);
  scene.request('back');
  const { status } = await scene.phase('back', 'Planned');
  expect(status.plan).toMatchObject({ blockers: [], warnings: [] });
  expect(status.plan?.options.every(({ available }) => available)).toBe(true);
  scene.approve('back');
  scene.endPod(POD);
  await scene.phase('back', 'Succeeded');
  await scene.settled('back');
  expect(scene.server.refused).toEqual([]);
});

it.each(named.filter(([name]) => !TO_BEGIN.test(name)))('without %s the plan says so', async (name, right) => {
  scene.server.rules = [REVIEW, ...GRANTED.filter(one => one !== right)];
  scene.start(ALL);
  scene.request('back');
  const { plan } = (await scene.phase('back', 'Planned')).status;
  const told = [
    ...(plan?.blockers ?? []).map(({ message }) => message),
    ...(plan?.options ?? []).map(({ reason }) => reason),
    ...(plan?.warnings ?? [])
  ];
  expect(told.filter(words => words.includes(name))).not.toEqual([]);
});

it.each(named.filter(([name]) => TO_BEGIN.test(name)))(
  'without %s the controller’s log says so',
  async (name, right) => {
    scene.server.rules = [REVIEW, ...GRANTED.filter(one => one !== right)];
    scene.start(ALL);
    scene.request('back');
    const [verb = '', resource = ''] = name.replace('.datamark.github.io', '').split(' ');
    const words = new RegExp(`cannot ${verb} resource .*${resource}`);
    await until(() => scene.log.some(line => words.test(JSON.stringify(line, errorsToo))));
    expect(scene.restore('back').status.plan ?? null).toBeNull();
  }
);

const errorsToo = (_: string, value: unknown): unknown => (value instanceof Error ? value.message : value);
