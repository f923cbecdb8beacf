/**
 * The story of replicated data on a hub: the source changes, a scheduled transfer brings it, the panel tells how old it is, a clone of
 * it stays as it is, and a run that trains there names the exported snapshot. A broken mirror gives ONTAP’s reason.
 */
import { TransferSchedule } from '../../../testbed/ontap/transferSchedule';
import { bed } from '../../../testbed/support/bed';
import { CONTROLLER_NAMESPACE } from '../../../testbed/support/deployedController';
import { textAt } from '../../../testbed/support/kubernetesObject';
import { claim } from '../../../testbed/support/manifests';
import { TestCluster } from '../../../testbed/support/testCluster';
import { TestNamespace } from '../../../testbed/support/testNamespace';
import { TestPod } from '../../../testbed/support/testPod';
import { MLFLOW_KERNEL } from '../../mlflowKernelspec';
import { DatamarkPage } from '../../pages/datamarkPage';
import { watchEverything, whereFound } from '../../pages/everythingTold';
import { notebookFor } from '../../server/files';
import { kubectl } from '../cluster';
import { environment } from '../environment';
import { addUser, expect, logInTo, test, untilLab } from '../fixtures';
import { hub } from '../hub';
import { HubStorage } from '../hubStorage';
import { MlflowKernel } from '../mlflowKernel';
import { askServer, contents, putFile } from '../userFiles';

test.skip(
  bed === undefined,
  'Only on the test bed can files be moved between claims, and pods mount the host’s MLflow.'
);

const OUT_OF_SPACE = { code: '13303844', message: 'Destination volume is out of space.' };
const OLD = 'day,sales\nmonday,1\n';
const NEW = 'day,sales\nmonday,1\ntuesday,2\n';
const NEWEST = 'day,sales\nmonday,1\ntuesday,2\nwednesday,3\n';
const CELLS_MS = 240_000;

/** Reads that file in a run, and prints what MLflow says of its data. */
const training = (file: string, ...before: string[]): string =>
  notebookFor(
    MLFLOW_KERNEL,
    ['%load_ext datamark', ...before].join('\n'),
    `import csv, mlflow
rows = list(csv.DictReader(open("${file}")))
with mlflow.start_run(run_name="train") as run:
    mlflow.log_metric("rows", len(rows))
tags = mlflow.get_run(run.info.run_id).data.tags
print("trained on", len(rows), "rows:", *(tags.get(f"datamark.github.io/{tag}") for tag in ("relation", "exported-snapshot")))`
  );

/** Where the data comes from: a claim that no server mounts; and the namespace of the servers, as an admin has it. */
class Elsewhere implements AsyncDisposable {
  private constructor(
    readonly namespace: TestNamespace,
    readonly servers: TestNamespace,
    private readonly source: TestPod
  ) {}

  static async open(): Promise<Elsewhere> {
    const cluster = await TestCluster.open();
    const namespace = await cluster.namespace('production');
    await namespace.create(claim('sales'));
    const source = await TestPod.start(namespace, 'source', { claims: { '/data': 'sales' } });
    return new Elsewhere(namespace, TestNamespace.existing(cluster, environment.namespace), source);
  }

  async write(text: string): Promise<void> {
    await this.source.sh('cat > /data/sales.csv; sync', { input: text });
  }

  /** A claim that a mirror arrives in, as its admin says at its volume. */
  async destination(name: string, path: string): Promise<void> {
    const { servers } = this;
    await servers.create(claim(name));
    const volume = textAt(await servers.waitUntilBound(name), 'spec', 'volumeName');
    const annotations = { 'datamark.github.io/mirror-destination': path };
    await servers.cluster.admin.patch('PersistentVolume', volume, { metadata: { annotations } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.namespace.remove();
    this.namespace.cluster.close();
  }
}

/** Once an hour, in the next minute that begins. */
function soon(now: number): TransferSchedule {
  return new TransferSchedule('hourly-soon', { cron: { minutes: [new Date(now + 60_000).getUTCMinutes()] } });
}

interface MirrorsTold {
  readonly items: readonly { readonly from: string; readonly to: string }[];
}

const mirrorsOf = async (user: string): Promise<MirrorsTold> => {
  const answer = await askServer(user, 'datamark/api/v1/ingest/mirrors?anew=true');
  return (await answer.json()) as MirrorsTold;
};

test('replicated data becomes fresh, a run trains on a clone of it, and what breaks is told in ONTAP’s words', async ({
  page,
  user
}) => {
  test.setTimeout(900_000);
  if (bed === undefined) {
    throw new Error('there is no bed');
  }
  const [here, there, volume] = [`svm-lab:${user}`, 'svm-prod:sales', `claim-${user}.arrivals`];
  await using elsewhere = await Elsewhere.open();
  const { namespace, servers } = elsewhere;
  await elsewhere.write(OLD);
  await elsewhere.destination(volume, here);
  await using storage = await HubStorage.start(bed, {
    [there]: { namespace, claim: 'sales' },
    [here]: { namespace: servers, claim: volume }
  });
  const { ontap } = storage;
  const mirror = ontap.addRelationship({
    ...{ source: there, destination: here, schedule: null, bytesPerSecond: 10 },
    exported: { name: 'snapmirror.old', ageSeconds: 2 * 3600 }
  });
  await using mlflow = await MlflowKernel.start(namespace.name);
  const options = { ...storage.optionsFor({ arrivals: volume }), ...mlflow.options };
  await hub.start(user, 'with-mirrors', '', options);
  await putFile(user, 'arrivals/sales.csv', OLD);
  await putFile(user, 'train.ipynb', training('arrivals/sales.csv'));

  const told = watchEverything(page);
  const datamark = await logInTo(page, user);
  await datamark.openPanel();
  await datamark.openSection('Ingest');
  const row = datamark.mirror(volume);
  await expect(row).toContainText('as of 2 h ago');
  await expect(row).toContainText('Healthy');
  await expect(row).toContainText(`from ${there}`);

  // The source changes, a schedule comes, and nobody presses anything.
  await elsewhere.write(NEW);
  const now = ontap.clock.now();
  mirror.schedule = soon(now);
  mirror.plan(now);
  await expect(row).toContainText(/as of (just now|1 min ago)/, { timeout: 180_000 });
  await expect(row).toContainText('Healthy · last transfer');
  expect(await contents(user, 'arrivals/sales.csv')).toBe(NEW);
  const exported = mirror.exported?.name ?? '';
  expect(exported).not.toBe('snapmirror.old');

  await datamark.openNotebook('train.ipynb');
  await datamark.select(row);
  await expect(row).toContainText(exported);
  await row.getByRole('button', { name: 'Train on this version…' }).click();
  const ways = datamark.dialog(`Train on this version of ${volume}`);
  await expect(ways).toContainText(exported);
  await ways.getByLabel('Name of the clone').fill('fixed');
  await ways.getByRole('button', { name: 'Clone', exact: true }).click();
  await expect(datamark.toast(`Runs that train.ipynb begins from now on name ${exported}.`)).toBeVisible();
  await datamark.openSection('Clones');
  const clone = datamark.clone('fixed');
  await clone.waitFor();

  // More arrives: the clone stays as it was.
  await elsewhere.write(NEWEST);
  await row.getByRole('button', { name: 'Update now' }).click();
  await expect(datamark.toast(`${volume} is updated: `)).toBeVisible({ timeout: 120_000 });
  expect(await contents(user, 'arrivals/sales.csv')).toBe(NEWEST);

  // Here only the live volume can be read: the run says that what it names was there before it, and no more.
  await datamark.execute('notebook:run-all-cells');
  const trained = datamark.outputs.filter({ hasText: 'trained on' });
  await expect(trained).toContainText(`trained on 3 rows: before-run ${exported}`, { timeout: CELLS_MS });

  // In a server with the clone the run has read exactly that.
  const opened = page.context().waitForEvent('page');
  await clone.getByRole('button', { name: 'Open' }).click();
  await datamark
    .dialog(/^Open clone /)
    .getByRole('button', { name: 'Open in a named server' })
    .click();
  const second = await opened;
  await untilLab(second, user, 'fixed');
  const notebook = training('clones/arrivals.fixed/sales.csv', '%datamark pin fixed --exact');
  await putFile(`${user}/fixed`, 'train.ipynb', notebook);
  const fixed = new DatamarkPage(second);
  await fixed.openPanel();
  await fixed.openNotebook('train.ipynb');
  await fixed.execute('notebook:run-all-cells');
  const exact = fixed.outputs.filter({ hasText: 'trained on' });
  await expect(exact).toContainText(`trained on 2 rows: exact ${exported}`, { timeout: CELLS_MS });

  // A transfer fails: ONTAP’s own reason, and what had arrived stays.
  await page.bringToFront();
  ontap.failTransfers(OUT_OF_SPACE, { mirror: mirror.uuid });
  await row.getByRole('button', { name: 'Update now' }).click();
  await expect(datamark.toast(`${volume} was not updated`)).toContainText(OUT_OF_SPACE.message, { timeout: 120_000 });
  await expect(row).toContainText('Update failed. ONTAP says:');
  await expect(row).toContainText(`“${OUT_OF_SPACE.message}” (${OUT_OF_SPACE.code})`);
  await expect(datamark.section('Ingest')).toContainText('1 unhealthy');
  expect(await contents(user, 'arrivals/sales.csv')).toBe(NEWEST);

  const secrets = [storage.password, Buffer.from(`datamark-controller:${storage.password}`).toString('base64')];
  expect(ontap.requests.at(-1)?.account).toBe('datamark-controller');
  expect(whereFound([...(await told.texts()), ...(await toldByPods(user))], secrets)).toEqual([]);
});

/** What lies and stands in a user’s pod, and what it and the controller have written. */
async function toldByPods(user: string): Promise<string[]> {
  const pod = `jupyter-${user}`;
  const seen =
    'for file in /proc/[0-9]*/environ /proc/[0-9]*/cmdline; do cat $file; done 2>/dev/null; ' +
    'find /var/run/secrets /home/jovyan -type f -not -path "*/.cache/*" -exec cat {} +';
  const controller = ['logs', '--namespace', CONTROLLER_NAMESPACE, 'deployment/datamark-controller'];
  const [files, log, itself, logs] = await Promise.all([
    kubectl('exec', pod, '--', '/bin/sh', '-c', seen),
    kubectl('logs', pod),
    kubectl('get', 'pod', pod, '-o', 'json'),
    kubectl(...controller)
  ]);
  expect(files).toContain('DATAMARK_CONTROLLER_URL');
  return [`files: ${files}`, `log: ${log}`, `pod: ${itself}`, `controller: ${logs}`];
}

test('two users see each their own mirror, and nothing of the other’s', async ({ page, user }) => {
  test.setTimeout(600_000);
  if (bed === undefined) {
    throw new Error('there is no bed');
  }
  await using elsewhere = await Elsewhere.open();
  await using storage = await HubStorage.start(bed, {});
  await using bob = await addUser(`bob${user.slice(3)}`);
  const { name: other } = bob;
  for (const [name, source] of [
    [user, 'svm-prod:features'],
    [other, 'svm-payroll:salaries']
  ] as const) {
    await elsewhere.destination(`claim-${name}.arrivals`, `svm-lab:${name}`);
    storage.ontap.addRelationship({ source, destination: `svm-lab:${name}`, schedule: 'hourly' });
    await hub.start(name, 'with-mirrors', '', storage.optionsFor({ arrivals: `claim-${name}.arrivals` }));
  }
  const told = watchEverything(page);
  const datamark = await logInTo(page, user);
  await datamark.openPanel();
  await datamark.openSection('Ingest');
  await expect(datamark.mirror(`claim-${user}.arrivals`)).toContainText('from svm-prod:features');
  await expect(datamark.section('Ingest')).toContainText('1 healthy');

  expect((await mirrorsOf(other)).items).toMatchObject([{ from: 'svm-payroll:salaries', to: `svm-lab:${other}` }]);
  expect((await mirrorsOf(user)).items).toMatchObject([{ from: 'svm-prod:features', to: `svm-lab:${user}` }]);
  expect(whereFound(await told.texts(), ['svm-payroll', other])).toEqual([]);
});
