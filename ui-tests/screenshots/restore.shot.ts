/** Takes the pictures of a restore on a cluster, from the plan to the message with Undo, into docs/images. */
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from '../fixtures';
import { DatamarkPage } from '../pages/datamarkPage';
import { notebookOf } from '../server/files';
import { ago, restoreOf, SampleCluster, snapshot, steps } from './sampleCluster';
import { SampleHub } from './sampleHub';

const ROOT = join(__dirname, '..', '..');
const IMAGES = join(ROOT, 'docs', 'images');

async function work(root: string): Promise<void> {
  await cp(join(ROOT, 'examples', 'data'), join(root, 'data'), { recursive: true });
  await writeFile(
    join(root, 'readings.ipynb'),
    notebookOf(
      'import csv\n\nwith open("data/readings.csv") as file:\n    readings = list(csv.DictReader(file))\nlen(readings)',
      'warmest = max(readings, key=lambda row: float(row["temperature"]))\nwarmest'
    )
  );
}

test.use({ server: { seed: work }, opened: false });

test('a restore on a cluster', async ({ context, jupyter }) => {
  const page = await context.newPage();
  test.setTimeout(300_000);
  const datamark = new DatamarkPage(page);
  const picture = (name: string) => page.screenshot({ path: join(IMAGES, `${name}.png`) });
  const wanted = snapshot('features v1', 95, { note: 'means per sensor', notebook: 'readings.ipynb' });
  const cluster = await SampleCluster.behind(page, [
    snapshot('features v2', 32),
    wanted,
    snapshot('readings as delivered', 190, { heldUntil: 'forever', heldBy: 'alice' })
  ]);
  const hub = await SampleHub.before(page);
  try {
    await page.goto(`${jupyter.url}/lab?reset`);
    await datamark.openPanel();
    // JupyterLab asks each new person whether to fetch news.
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await datamark.openNotebook('readings.ipynb');
    await datamark.execute('notebook:run-all-cells');
    await page.locator('.jp-OutputArea-output').nth(1).waitFor();
    await datamark.execute('docmanager:save');

    const planned = restoreOf(wanted);
    cluster.plan = planned;
    await datamark.chooseFromMenu(datamark.snapshot('features v1'), /^Restore/);
    await page.getByText('Nothing blocks this restore').waitFor();
    await picture('restore-cluster-plan');

    cluster.restores = [{ ...planned, phase: 'waiting', steps: steps(1) }];
    hub.answering = 'hub';
    await page.getByRole('button', { name: 'Stop server and restore' }).click();
    await page.getByRole('button', { name: 'Start your server' }).waitFor();
    await picture('restore-stopped');

    cluster.restores = [
      {
        ...planned,
        phase: 'succeeded',
        steps: steps(5),
        finishedAt: ago(0),
        undo: { possible: true, until: ago(-14 * 24 * 60) }
      }
    ];
    await page.evaluate(() => Object.assign(window, { isOfBefore: true }));
    hub.answering = 'next server';
    await page.waitForFunction(() => !('isOfBefore' in window));
    await datamark.openPanel();
    // It slides in; what can be pressed has come to rest.
    await datamark
      .toast(/is restored to/)
      .getByRole('button', { name: /^Undo/ })
      .click({ trial: true });
    await picture('restore-undo');
  } finally {
    cluster.close();
  }
});
