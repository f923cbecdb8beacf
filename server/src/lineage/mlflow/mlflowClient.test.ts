/** Pages, batches and places of files, which a real MLflow has too few objects for. */
import { z } from 'zod';
import { MlflowClient } from './mlflowClient';
import type { MlflowCall, MlflowConnection } from './mlflowConnection';
import { MlflowError } from './mlflowError';

const Sent = z.object({
  path: z.string(),
  body: z.looseObject({ page_token: z.string().optional() }).optional(),
  query: z.looseObject({ page_token: z.string().optional(), filter: z.string().optional() }).optional()
});
type Sent = z.infer<typeof Sent>;

/** An MLflow that answers as the test says. */
function scene(answer: (sent: Sent) => unknown, artifact: () => string = () => '') {
  const sent: Sent[] = [];
  const files: string[] = [];
  const connection: Pick<MlflowConnection, 'call' | 'artifact'> = {
    call: async <T>(call: MlflowCall<T>): Promise<T> => {
      const one = Sent.parse(call);
      sent.push(one);
      return call.schema.parse(answer(one));
    },
    artifact: async path => {
      files.push(path);
      return artifact();
    }
  };
  return { client: new MlflowClient(connection as MlflowConnection), sent, files };
}

const run = (id: string): object => ({ info: { run_id: id, experiment_id: '0' } });

async function all<T>(pages: AsyncGenerator<T[]>): Promise<T[][]> {
  const found: T[][] = [];
  for await (const page of pages) {
    found.push(page);
  }
  return found;
}

test.each([undefined, ''])(
  'pages are read to the last one, whose token is %j, and a run that comes again is told once',
  async last => {
    const { client, sent } = scene(({ body }) =>
      body?.page_token === undefined
        ? { runs: [run('a'), run('b')], next_page_token: 'two' }
        : { runs: [run('b'), run('c')], next_page_token: last }
    );
    const pages = await all(client.runs({ experimentIds: ['0'], filter: 'f', deleted: true }));
    expect(pages.map(page => page.map(({ info }) => info.run_id))).toEqual([['a', 'b'], ['c']]);
    expect(sent.map(({ body }) => body)).toMatchObject([
      { filter: 'f', run_view_type: 'ALL', max_results: 1000 },
      { filter: 'f', run_view_type: 'ALL', page_token: 'two' }
    ]);
  }
);

test('the newest first are asked for by their start, without deleted ones', async () => {
  const { client, sent } = scene(() => ({}));
  expect(await all(client.runs({ experimentIds: ['0'], filter: 'f', newestFirst: true }))).toEqual([[]]);
  const order = { order_by: ['attributes.start_time DESC'], max_results: 250, run_view_type: 'ACTIVE_ONLY' };
  expect(sent[0]?.body).toMatchObject(order);
});

test('without experiments no run is searched for: MLflow would take that for an error', async () => {
  const { client, sent } = scene(() => ({}));
  expect([await all(client.runs({ experimentIds: [], filter: '' })), sent]).toEqual([[], []]);
});

test('versions are asked for by as many runs as an address holds, each with all its pages', async () => {
  const { client, sent } = scene(({ query }) => ({
    model_versions: [{ name: 'churn', version: query?.page_token ?? '1' }],
    next_page_token: query?.page_token === undefined ? '2' : ''
  }));
  const ids = Array.from({ length: 150 }, (_, at) => `r${at}`);
  expect((await client.versionsOfRuns(ids)).map(({ version }) => version)).toEqual(['1', '2', '1', '2']);
  expect(sent.map(({ query }) => query?.filter?.split(',').length)).toEqual([100, 100, 50, 50]);
  expect(sent[2]?.query?.filter).toMatch(/^run_id IN \('r100','r101'/);
});

test.each([
  ['mlflow-artifacts:/1/a b/model', '1/a%20b/model/requirements.txt'],
  ['mlflow-artifacts:///1/a', '1/a/requirements.txt']
])('a file below %s is read from the server itself', async (location, path) => {
  const { client, files } = scene(
    () => ({}),
    () => 'numpy==2'
  );
  expect([await client.artifactText(location, 'requirements.txt'), files]).toEqual(['numpy==2', [path]]);
});

test.each([
  'mlflow-artifacts://elsewhere/1/a',
  's3://bucket/1',
  '/mnt/1',
  'mlflow-artifacts:/1/../a',
  'mlflow-artifacts:/1//a'
])('what is kept at %s is not asked for', async location => {
  const { client, files } = scene(() => ({}));
  expect([await client.artifactText(location, 'requirements.txt'), files]).toEqual([null, []]);
});

test('a file that is not there is none, and a server that does not answer is a failure', async () => {
  const refusing = (failure: MlflowError['failure']): MlflowClient =>
    scene(
      () => ({}),
      () => {
        throw new MlflowError(failure, 'no');
      }
    ).client;
  expect(await refusing('not-found').artifactText('mlflow-artifacts:/1', 'a')).toBeNull();
  await expect(refusing('timeout').artifactText('mlflow-artifacts:/1', 'a')).rejects.toThrow('no');
});
