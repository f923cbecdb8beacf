import type { LinkedSnapshot } from '../../../../contract';
import { sampleSnapshot, sampleVolume } from '../../testing/sampleObjects';
import { describeRun } from '../describeRun';
import { Run } from '../mlflow/mlflowAnswers';
import type { DataOfRun } from '../runData';
import { cloneNames, freeReproductionName } from './cloneNames';
import { reproductionPlan, type PlanFacts } from './reproductionPlan';

const RUN = Run.parse({ info: { run_id: 'r1', run_name: 'train', experiment_id: '0' } });
const LINK: LinkedSnapshot = {
  ...{ volume: 'home', snapshot: 'home.1', uid: 'u1', namespace: 'ann', cluster: 'prod' },
  ...{ time: '2026-01-02T03:04:05Z', relation: 'exact' }
};
const HERE: DataOfRun = {
  link: LINK,
  now: { state: 'exists', snapshot: 'home.1' },
  snapshot: sampleSnapshot({ name: 'home.1', uid: 'u1' })
};

const plan = (snapshots: readonly DataOfRun[], facts: Partial<PlanFacts> = {}): ReturnType<typeof reproductionPlan> =>
  reproductionPlan({
    found: { run: RUN, described: describeRun(RUN, [], 'http://mlflow'), version: null, snapshots },
    clone: { available: true },
    notebook: { state: 'untold' },
    environment: { requirements: null, python: null, keptElsewhere: false },
    mounted: new Map(),
    image: null,
    ...facts
  });

const can = (snapshots: readonly DataOfRun[], facts?: Partial<PlanFacts>): (string | undefined)[] =>
  (plan(snapshots, facts)?.parts ?? []).filter(({ part }) => part === 'data').map(one => one.can);

test('only the very snapshot counts as the data of a run, and only where it can be cloned', () => {
  expect(plan([HERE])?.possible).toBe(true);
  expect(can([HERE])).toEqual(['yes']);
  const other: DataOfRun = { ...HERE, now: { state: 'other-uid', snapshot: 'home.1', message: 'NOT' }, snapshot: null };
  expect(plan([HERE, other])?.possible).toBe(false);
  expect(can([HERE, other])).toEqual(['yes', 'no']);
  const off = { available: false, reason: 'No driver.', fix: '' } as const;
  expect(plan([HERE], { clone: off })?.possible).toBe(false);
  expect(plan([])?.possible).toBe(false);
});

test('what was made before the run, or lacks files, is brought back in part', () => {
  expect(can([{ ...HERE, link: { ...LINK, relation: 'before-run' } }])).toEqual(['partly']);
  const omissions = [{ reason: 'vanished' as const, count: 1, examples: [] }];
  expect(can([{ ...HERE, snapshot: sampleSnapshot({ omissions }) }])).toEqual(['partly']);
});

test('a clone that this server has counts where its snapshot is not here, by uid, and is not said to be as it was', () => {
  const away: DataOfRun = { link: LINK, now: { state: 'unknown', message: 'No volume here.' }, snapshot: null };
  const mounted = new Map([['u1', sampleVolume({ mountPath: '/clones/sweep' })]]);
  expect(plan([away], { mounted })?.possible).toBe(true);
  const [data] = plan([away], { mounted })?.parts ?? [];
  expect(data).toMatchObject({
    can: 'partly',
    message: expect.stringContaining('/clones/sweep is taken, as it is now') as unknown
  });
  const other = { ...away, link: { ...LINK, uid: 'u2' } };
  expect(can([away, other], { mounted })).toEqual(['partly', 'no']);
  expect(plan([away, other], { mounted })?.possible).toBe(false);
  expect(can([{ ...away, link: { ...LINK, uid: null } }], { mounted })).toEqual(['no']);
  // Where it can be cloned anew, it is.
  expect(can([HERE], { mounted })).toEqual(['yes']);
});

test('nothing that was not written down is promised', () => {
  const parts = plan([HERE])?.parts.filter(({ part }) => part !== 'data');
  expect(parts?.map(({ can: told }) => told)).toEqual(['no', 'no', 'no', 'no', 'no']);
  const elsewhere = { requirements: null, python: null, keptElsewhere: true };
  const told = plan([HERE], { environment: elsewhere })?.parts.find(({ part }) => part === 'environment');
  expect(told?.message).toContain('elsewhere');
});

interface Told {
  readonly status?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly parameters?: number;
  readonly metrics?: number;
}

/** The plan of a run that tells this, and what its parts say. */
function planOf(
  { status = 'FINISHED', tags = {}, parameters = 0, metrics = 0 }: Told,
  facts: Partial<PlanFacts> = {}
): { parameters: number | undefined; told: Map<string, string> } {
  const named = (count: number): { key: string }[] => Array.from({ length: count }, (_, at) => ({ key: `k${at}` }));
  const run = Run.parse({
    info: { run_id: 'r1', run_name: 'train', experiment_id: '0', status },
    data: {
      params: named(parameters).map(one => ({ ...one, value: 'v' })),
      metrics: named(metrics).map(one => ({ ...one, value: 1 })),
      tags: Object.entries(tags).map(([key, value]) => ({ key, value }))
    }
  });
  const described = describeRun(run, [], 'http://mlflow');
  const made = plan([HERE], { ...facts, found: { run, described, version: null, snapshots: [HERE] } });
  const told = new Map<string, string>(made?.parts.map(({ part, can: is, message }) => [part, `${is}: ${message}`]));
  return { parameters: made?.parameters.length, told };
}

const ran = { 'datamark.github.io/image': 'hub/lab:1' };
test.each([
  [{}, 'hub/lab:1', 'no: Which image it ran in was not written down.'],
  [ran, null, 'partly: It ran in hub/lab:1. Which one this server runs in is not told.'],
  [ran, 'hub/lab:2', 'no: It ran in hub/lab:1, this server runs in hub/lab:2. Start a server with the first'],
  [ran, 'hub/lab:1', 'partly: It ran in hub/lab:1, and this server in one of the same name, which may have been'],
  [{ 'mlflow.docker.image.uri': 'lab@sha256:a' }, 'lab@sha256:a', 'yes: It ran in lab@sha256:a, as this server does.']
])('of a run with the tags %j in a server with the image %s is told %j', (tags, image, expected) => {
  // What is known of the image does not depend on whether the model can be read.
  expect(planOf({ tags }, { image, environment: 'MLflow is away.' }).told.get('image')).toContain(expected);
});

test('a run that failed, that goes on, or that ran within another one is told as such', () => {
  const end = (status: string): string | undefined => planOf({ status, metrics: 2 }).told.get('metrics');
  expect(end('FINISHED')).toBe('yes: 2 metrics: shown beside the new ones.');
  expect(end('FAILED')).toContain('The run ended as FAILED: they may not be all.');
  expect(end('RUNNING')).toContain('The run has not ended: they may change.');
  const notebook = { state: 'found', volume: 'home', path: 'a.ipynb' } as const;
  const nested = planOf({ tags: { 'mlflow.parentRunId': 'r0' } }, { notebook });
  expect(nested.told.get('notebook')).toContain('It ran within another run, which that makes too.');
  expect(planOf({}, { notebook }).told.get('notebook')).not.toContain('within');
});

test('parameters and metrics are all given to the notebook, or those that are left out are told', () => {
  expect(planOf({ parameters: 250 }).parameters).toBe(250);
  const many = planOf({ parameters: 1001, metrics: 1001 });
  expect(many.parameters).toBe(1000);
  expect(many.told.get('parameters')).toContain('partly: 1000 of 1001 parameters, the first by name: set where');
  expect(many.told.get('metrics')).toContain('partly: 1000 of 1001 metrics, the first by name: shown');
});

test('a made-up name is one that clones may have and that is free', () => {
  expect(freeReproductionName('ABCdef_0123456', new Set())).toBe('repro-abcdef-0');
  expect(freeReproductionName('abc', new Set(['repro-abc', 'repro-abc-2']))).toBe('repro-abc-3');
  expect(freeReproductionName('___', new Set())).toBe('repro');
  expect(cloneNames('r', ['a', 'b', 'a'])).toEqual(['r', 'r', 'r-v2']);
});
