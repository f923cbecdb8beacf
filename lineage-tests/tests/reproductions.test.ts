/** A model that was trained with a real MLflow is brought back from the snapshot of its data, although that has changed since. */
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DataCard, Reproduction, ReproductionPlan, RunDifferences, Snapshot } from '../../contract';
import { runTags } from '../../server/src/lineage/runTags';
import { waitUntil } from '../../testbed/support/waitUntil';
import { convertNotebook } from '../support/convertNotebook';
import { LocalSidecar } from '../support/localSidecar';
import { MlflowServer } from '../support/mlflowServer';
import { notebookText, runNotebook, type NotebookRun } from '../support/notebookRun';
import { restCall } from '../support/restCall';

const DATA = 'x,y\n0,0\n1,0\n2,1\n3,1\n';
const CANARY = 'canary-5ecret';
const OTHER_DATA = 'x,y\n0,1\n1,1\n2,0\n3,1\n';

let server: MlflowServer;
let sidecar: LocalSidecar;
let snapshot: Snapshot;
let notebook: string;
let first: { run: string; metrics: Map<string, number> };

/** Reads its data by a path from the folder of the notebook, and by a whole one. */
const cells = (): Parameters<typeof notebookText>[0] => [
  { source: 'penalty = 1.0\ntitle = "none"', tags: ['parameters'] },
  `%%snapshot --title before
import csv, mlflow, mlflow.sklearn
import numpy
from sklearn.linear_model import LogisticRegression
rows = [(float(one["x"]), int(one["y"])) for one in csv.DictReader(open("../train.csv"))]
again = open("${sidecar.volume}/train.csv").read()
x, y = numpy.array([[one] for one, _ in rows]), numpy.array([one for _, one in rows])
with mlflow.start_run() as run:
    model = LogisticRegression(C=penalty).fit(x, y)
    mlflow.log_params({"penalty": penalty, "title": title, "source": "${sidecar.volume}/train.csv"})
    mlflow.log_params({f"p{at}": f"it's \\"{at}\\"\\n\\\\" for at in range(100)})
    mlflow.log_metrics({"undefined": float("nan"), "endless": float("inf"), "zero": -0.0})
    mlflow.log_metric("accuracy", model.score(x, y))
    mlflow.log_metric("coefficient", float(model.coef_[0][0]))
    mlflow.log_metric("bytes", len(again))
    mlflow.sklearn.log_model(
        model, name="model", registered_model_name="churn", pip_requirements=["scikit-learn==0.0.1", "numpy"])`,
  'mlflow.MlflowClient().set_registered_model_alias("churn", "champion", "1")'
];

const context = (): Record<string, string> => {
  const { name, uid, createdAt: time } = snapshot;
  const of = { volume: 'data', snapshot: name, uid, namespace: 'ann', cluster: 'prod', time } as const;
  const tags = runTags([{ ...of, relation: 'before-run' }], notebook);
  return { MLFLOW_RUN_CONTEXT: JSON.stringify(Object.fromEntries(tags.map(({ key, value }) => [key, value]))) };
};

interface Found {
  runs?: {
    info: { run_id: string; start_time: number };
    data: { metrics?: { key: string; value: number }[]; tags: { key: string; value: string }[] };
  }[];
}

const search = async (filter = ''): Promise<NonNullable<Found['runs']>> =>
  (
    await restCall<Found>(server, 'runs/search', {
      experiment_ids: ['0'],
      filter,
      order_by: ['attributes.start_time DESC']
    })
  ).runs ?? [];

beforeAll(async () => {
  server = await MlflowServer.start();
  sidecar = await LocalSidecar.make();
  await writeFile(join(sidecar.volume, 'train.csv'), DATA);
  await mkdir(join(sidecar.volume, 'nb'));
  notebook = join(sidecar.volume, 'nb', 'train.ipynb');
  await writeFile(notebook, notebookText(cells()));
  // The server asks for none, and ignores it.
  await sidecar.start({
    trackingUri: server.address,
    auth: { kind: 'basic', username: 'ann', password: CANARY }
  });
  snapshot = await sidecar.snapshot('before');
  await runNotebook(notebook, server, context());
  const [run] = await search();
  first = {
    run: run?.info.run_id ?? '',
    metrics: new Map(run?.data.metrics?.map(({ key, value }) => [key, value]))
  };
  await writeFile(join(sidecar.volume, 'train.csv'), OTHER_DATA);
  await writeFile(notebook, notebookText(['raise SystemExit("this is not the notebook of the run")']));
}, 300_000);

afterAll(async () => {
  await sidecar?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

async function newRun(): Promise<string> {
  const body = { experiment_id: '0', start_time: Date.now() };
  return (await restCall<{ run: { info: { run_id: string } } }>(server, 'runs/create', body)).run.info.run_id;
}

/** Asks until there is nothing more to wait for. */
async function reproduced(body: object): Promise<Reproduction> {
  let name: string | undefined;
  return waitUntil('the reproduction is made', async () => {
    const answer = await sidecar.send('POST', '/lineage/reproductions', {
      ...body,
      ...(name === undefined ? {} : { name })
    });
    if (answer.status !== 202) {
      throw new Error(answer.text);
    }
    const now = answer.json() as Reproduction;
    name = now.name;
    return now.outcome.state !== 'cloning' && now;
  });
}

function written({ outcome }: Reproduction): Extract<Reproduction['outcome'], { state: 'written' }> {
  if (outcome.state !== 'written') {
    throw new Error(JSON.stringify(outcome));
  }
  return outcome;
}

const results = ({ compared }: NotebookRun): Map<string, string> => new Map(compared?.map(one => [one.name, one.is]));

test('the plan says what can be brought back, and why the rest can’t', async () => {
  const plan = (
    await sidecar.send('GET', `/lineage/reproductions?of=${encodeURIComponent('models:/churn@champion')}`)
  ).json() as ReproductionPlan;
  expect(plan).toMatchObject({
    run: { id: first.run },
    version: { name: 'churn', version: '1' },
    possible: true,
    notebook: { path: 'nb/train.ipynb', volume: 'data' },
    requirements: ['mlflow==3.17.2', 'scikit-learn==0.0.1', 'numpy']
  });
  expect(plan.python).toMatch(/^3\.\d+\.\d+$/);
  expect(plan.parts.map(({ part, can }) => `${part} ${can}`)).toEqual([
    'data partly',
    'notebook yes',
    'parameters partly',
    'environment partly',
    'image no',
    'metrics yes'
  ]);
  expect((await sidecar.send('GET', '/clones')).json()).toEqual({ items: [] });
});

test('the metric is the same from the clone although the live data was changed, and nothing moves in the registry', async () => {
  const made = await reproduced({ of: 'models:/churn@champion' });
  const { path, substitutions } = written(made);
  expect(made.clones).toMatchObject([{ state: { phase: 'ready' }, source: { name: snapshot.name } }]);
  expect(await readFile(join(made.clones[0]?.path ?? '', 'train.csv'), 'utf8')).toBe(DATA);
  expect(substitutions.join('\n')).toContain('Cell 2: 2 paths lead to the clone.');
  expect(substitutions.join('\n')).toContain('Cell 2: commands of Datamark do nothing here.');

  const done = await runNotebook(path, server);
  expect(Object.fromEntries(results(done))).toEqual({
    ...{ accuracy: 'same', bytes: 'same', coefficient: 'same', penalty: 'same', title: 'same', source: 'same' },
    ...{ undefined: 'same', endless: 'same', zero: 'same' },
    ...Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`p${at}`, 'same']))
  });
  expect(done.shown).not.toContain('NOT a reproduction');
  expect(done.shown).toMatch(/scikit-learn +0\.0\.1 +\S+ +differs/);

  // Two runs with the same values, each with its data; one version, and the alias on it.
  const runs = await search(`tags.\`datamark.github.io/reproduces\` = '${first.run}'`);
  expect(runs).toHaveLength(1);
  expect(new Map(runs[0]?.data.metrics?.map(({ key, value }) => [key, value]))).toEqual(first.metrics);
  for (const text of [await readFile(path, 'utf8'), JSON.stringify(made), done.shown, sidecar.log]) {
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(Buffer.from(`ann:${CANARY}`).toString('base64'));
  }
  const back = (await sidecar.send('GET', `/lineage/snapshots?run=${runs[0]?.info.run_id ?? ''}`)).json();
  expect(back).toMatchObject({
    snapshots: [{ link: { uid: snapshot.uid, relation: 'exact' }, now: { state: 'exists' } }]
  });
  const versions = await (await fetch(`${server.address}/api/2.0/mlflow/model-versions/search`)).json();
  expect(versions).toMatchObject({ model_versions: [{ name: 'churn', version: '1', run_id: first.run }] });
});

test('with the name of one that is written it goes on with that, and writes nothing over', async () => {
  const one = await reproduced({ of: first.run });
  const { path } = written(one);
  await writeFile(path, 'worked on');
  const again = await reproduced({ of: first.run, name: one.name });
  expect(again.clones.map(({ uid }) => uid)).toEqual(one.clones.map(({ uid }) => uid));
  expect(written(again)).toMatchObject({ path, message: expect.stringContaining('left as it is') as unknown });
  expect(await readFile(path, 'utf8')).toBe('worked on');
  expect((await reproduced({ of: first.run })).name).not.toBe(one.name);
});

test('on the live data the values differ; that it was read is said, and the run is not said to have read the snapshot', async () => {
  const made = await reproduced({ of: first.run });
  const { path } = written(made);
  const text = await readFile(path, 'utf8');
  // As a notebook does that puts its path together when it runs.
  const live = JSON.stringify(`open("${join(sidecar.volume, 'train.csv')}")`).slice(1, -1);
  await writeFile(path, text.replace('open(\\"../train.csv\\")', live));
  const done = await runNotebook(path, server);
  expect(results(done).get('coefficient')).toBe('differs');
  expect(done.shown).toContain('NOT a reproduction of the data: 1 files or folders');
  expect(done.shown).toContain(`  ${join(sidecar.volume, 'train.csv')}`);
  const [run] = await search(`tags.\`datamark.github.io/reproduces\` = '${first.run}'`);
  expect(run?.data.tags.map(({ key }) => key)).not.toContain('datamark.github.io/volumes');
});

test('the notebook runs as it is where nobody looks on, and its values are the same', async () => {
  const { path } = written(await reproduced({ of: first.run }));
  const shown = await convertNotebook(path, server);
  expect(shown).toMatch(/metric +coefficient +(\S+) +\| +\1 +same/);
  expect(shown).not.toMatch(/(?:metric|parameter) .* (?:differs|not told)$/m);
  expect(shown).not.toContain('NOT ');
}, 120_000);

test('a clone that somebody has worked in is not said to be what the run read', async () => {
  const made = await reproduced({ of: first.run });
  const { path } = written(made);
  const changed = join(made.clones[0]?.path ?? '', 'train.csv');
  await writeFile(changed, OTHER_DATA);
  const later = Date.parse(snapshot.createdAt) / 1000 + 60;
  await utimes(changed, later, later);
  const done = await runNotebook(path, server);
  expect(results(done).get('coefficient')).toBe('differs');
  expect(done.shown).toContain('NOT the data as it was: 1 files of the clone are newer than its snapshot:');
  expect(done.shown).toContain(`  ${changed}`);
  const [run] = await search(`tags.\`datamark.github.io/reproduces\` = '${first.run}'`);
  expect(run?.data.tags.map(({ key }) => key)).not.toContain('datamark.github.io/volumes');
});

test('data that somebody names is taken as it is, openly, and only from a volume or a clone', async () => {
  const made = await reproduced({ of: first.run });
  const clone = made.clones[0]?.path ?? '';
  const given = await reproduced({ of: first.run, data: [{ volume: 'data', path: clone }] });
  const { path } = written(given);
  expect(given.clones).toEqual([]);
  // Another one is another one, also where nothing is cloned.
  expect(written(await reproduced({ of: first.run, data: [{ volume: 'data', path: clone }] })).path).not.toBe(path);
  expect(await readFile(path, 'utf8')).toContain('Whether it is the data of the run was not checked.');
  for (const data of [
    { volume: 'data', path: '/etc' },
    { volume: 'data', path: `${clone}/../..` },
    { volume: 'other', path: clone }
  ]) {
    const refused = await sidecar.send('POST', '/lineage/reproductions', { of: first.run, data: [data] });
    expect(refused).toMatchObject({ status: 400, text: expect.stringContaining('invalid-request') as unknown });
  }
});

test('what data differs between two runs is told file by file', async () => {
  const later = await sidecar.snapshot('later');
  const id = await newRun();
  const snapshots = [{ name: later.name, uid: later.uid, relation: 'exact' }];
  expect((await sidecar.send('POST', '/lineage/links', { run: id, snapshots })).status).toBe(200);
  const found = (await sidecar.send('GET', `/lineage/differences?from=${first.run}&to=${id}`)).json() as RunDifferences;
  expect(found.data).toMatchObject([
    {
      volume: 'data',
      state: 'other',
      files: {
        ...{ known: true, complete: true, removed: 0, changed: 2 },
        examples: expect.arrayContaining([
          { path: 'nb/train.ipynb', change: 'changed' },
          { path: 'train.csv', change: 'changed' }
        ]) as unknown
      }
    }
  ]);
});

test('a run without a snapshot, and one of another place, are refused with the reason', async () => {
  const run = await newRun();
  const refused = await sidecar.send('POST', '/lineage/reproductions', { of: run });
  expect(refused).toMatchObject({ status: 409, text: expect.stringContaining('names no snapshot') as unknown });
  const elsewhere = runTags(
    [
      {
        volume: 'data',
        snapshot: 'x',
        uid: 'u',
        namespace: 'ann',
        cluster: hostname(),
        time: snapshot.createdAt,
        relation: 'exact'
      }
    ],
    null
  );
  await restCall(server, 'runs/log-batch', { run_id: run, tags: elsewhere });
  const away = await sidecar.send('POST', '/lineage/reproductions', { of: run });
  expect(away).toMatchObject({ status: 409, text: expect.stringContaining('not here') as unknown });
});

test('a card tells the data of the version, and what no longer exists once the snapshot is gone', async () => {
  const version = `model=${encodeURIComponent('models:/churn/1')}`;
  const card = async (query: string): Promise<DataCard> =>
    (await sidecar.send('GET', `/lineage/card?${query}`)).json() as DataCard;
  const before = await card(version);
  expect(before).toMatchObject({
    subject: 'churn, version 1',
    run: { id: first.run },
    notebook,
    data: [{ link: { uid: snapshot.uid, relation: 'before-run' }, now: { state: 'exists' } }]
  });
  expect(before.registeredAt).not.toBeNull();
  expect(before.markdown).toContain(snapshot.uid);
  const gone = { ...before.data[0]?.link, uid: 'another' };
  const made = await newRun();
  const tag = { run_id: made, key: 'datamark.github.io/volumes', value: JSON.stringify([gone]) };
  await restCall(server, 'runs/set-tag', tag);
  const after = await card(`run=${made}`);
  expect(after.data).toMatchObject([{ now: { state: 'other-uid' }, snapshot: null }]);
  expect(after.missing.join('\n')).toContain('This is NOT the data of the run');
});
