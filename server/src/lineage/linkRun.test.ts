/** That a link says no more than the times allow. */
import { linkRun } from './linkRun';
import { Run } from './mlflow/mlflowAnswers';
import type { SnapshotOfRun } from './snapshotOfRun';

const SNAPSHOT: SnapshotOfRun = {
  volume: 'home',
  snapshot: 'home.20261120-080000z-ab12',
  uid: '0f3b2c1e-5a4d-4c3b-9a8f-1122334455aa',
  namespace: 'ann',
  cluster: 'prod',
  time: '2026-11-20T08:00:00Z',
  relation: 'before-run'
};
const at = (time: string): number => Date.parse(time);

async function link(info: object, relations: (string | undefined)[] = []): Promise<string[]> {
  const run = Run.parse({
    info: { run_id: 'a1', run_name: 'train', experiment_id: '0', lifecycle_stage: 'active', ...info },
    data: {},
    inputs: {},
    outputs: {}
  });
  const written: string[] = [];
  const client = {
    run: async () => run,
    tagRun: async (_: string, tags: readonly { key: string; value: string }[]) => {
      relations.push(tags.find(({ key }) => key.endsWith('/relation'))?.value);
      written.push('tags');
    },
    logInputs: async () => void written.push('dataset')
  };
  await linkRun('a1', [SNAPSHOT], client, new AbortController().signal);
  return written;
}

it.each([
  { status: 'FINISHED', end_time: at('2026-11-20T09:00:00Z') },
  { status: 'FINISHED', end_time: at('2026-11-20T07:59:30Z') },
  { status: 'RUNNING', end_time: at('2026-11-19T09:00:00Z') },
  { status: 'RUNNING' }
])('links %j', async info => {
  expect(await link({ ...info, start_time: at('2026-11-19T08:00:00Z') })).toEqual(['tags', 'dataset']);
});

it('refuses a run that ended before, and writes nothing', async () => {
  const info = { status: 'FAILED', end_time: at('2026-11-20T07:58:00Z') };
  await expect(link(info)).rejects.toMatchObject({
    problem: { detail: expect.stringContaining('before home.20261120-080000z-ab12 was made') as unknown }
  });
});

it.each([
  ['2026-11-20T08:00:10Z', 'before-run'],
  // Clocks differ by so much.
  ['2026-11-20T07:59:10Z', 'before-run'],
  ['2026-11-20T07:58:00Z', 'during-run']
])('of a run that began at %s the snapshot was made %s', async (began, relation) => {
  const relations: (string | undefined)[] = [];
  await link({ status: 'RUNNING', start_time: at(began) }, relations);
  expect(relations).toEqual([relation]);
});
