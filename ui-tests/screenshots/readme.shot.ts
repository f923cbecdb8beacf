/** Takes the pictures of the README in a real JupyterLab on the sample files of the demo, into docs/images. */
import { execFile } from 'node:child_process';
import { appendFile, cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { test } from '../fixtures';
import type { DatamarkPage } from '../pages/datamarkPage';
import { notebookOf } from '../server/files';

const ROOT = join(__dirname, '..', '..');
const IMAGES = join(ROOT, 'docs', 'images');
const COMMAND = join(ROOT, '.venv', 'bin', 'datamark');

/** Runs the command line in a folder. */
const datamarkCommand = async (root: string, ...words: string[]): Promise<void> => {
  const environment = { ...process.env };
  delete environment.DATAMARK_SOCKET;
  await promisify(execFile)(COMMAND, words, { cwd: root, env: environment });
};

/** The samples, with a few hours of work behind them. */
async function someWork(root: string): Promise<void> {
  await cp(join(ROOT, 'examples', 'data'), join(root, 'data'), { recursive: true });
  await writeFile(
    join(root, 'readings.ipynb'),
    notebookOf(
      'import csv\n\nwith open("data/readings.csv") as file:\n    readings = list(csv.DictReader(file))\nlen(readings)',
      'warmest = max(readings, key=lambda row: float(row["temperature"]))\nwarmest'
    )
  );
  await writeFile(
    join(root, 'magics.ipynb'),
    notebookOf(
      '%load_ext datamark',
      '%datamark snapshot --title "before cleaning" --note "all three sensors, as delivered"',
      '%%snapshot --title "before the sweep"\nprint("training …")',
      '%datamark snapshots'
    )
  );
  await datamarkCommand(root, 'snapshot', '--title', 'readings as delivered', '--hold');
  await writeFile(join(root, 'features.csv'), 'sensor,mean\nroof,4.1\n');
  await datamarkCommand(root, 'snapshot', '--title', 'features v1', '--note', 'means per sensor');
  await appendFile(join(root, 'features.csv'), 'yard,5.6\n');
  await datamarkCommand(root, 'snapshot', '--title', 'features v2');
  await datamarkCommand(root, 'clone', 'features v1', '--name', 'sweep-12');
}

/** What a restore is for. */
async function spoil(root: string): Promise<void> {
  await writeFile(join(root, 'features.csv'), 'sensor,mean,deviation\n');
  await writeFile(join(root, 'model.json'), '{}');
  await rm(join(root, 'data', 'readings.csv'));
}

test.use({ server: { seed: someWork } });

/** The panel beside a notebook that has run, with one row open. */
async function showPanel(page: IJupyterLabPageFixture, datamark: DatamarkPage): Promise<void> {
  await datamark.openNotebook('readings.ipynb');
  await page.notebook.run();
  await page.notebook.save();
  await datamark.openPanel();
  await datamark.openSection('Clones');
  await datamark.clone('sweep-12').waitFor();
  await datamark.select(datamark.snapshot('features v1'));
}

test('panel and dialogs', async ({ page, datamark, jupyter }) => {
  await showPanel(page, datamark);
  await page.screenshot({ path: join(IMAGES, 'panel.png') });

  await datamark.pressSnapshot();
  await datamark.dialog(/^Snapshot /).waitFor();
  await page.screenshot({ path: join(IMAGES, 'create.png') });
  await page.keyboard.press('Escape');

  await spoil(jupyter.root);
  await datamark.chooseFromMenu(datamark.snapshot('features v1'), /^Restore/);
  await datamark
    .dialog(/^Restore /)
    .getByText('comes back')
    .waitFor();
  await page.screenshot({ path: join(IMAGES, 'restore-plan.png') });
});

test('panel in the dark', async ({ page, datamark }) => {
  await page.theme.setDarkTheme();
  await showPanel(page, datamark);
  await page.screenshot({ path: join(IMAGES, 'panel-dark.png') });
});

test('magics', async ({ page, datamark }) => {
  await datamark.openNotebook('magics.ipynb');
  await datamark.openPanel();
  await page.notebook.run();
  await datamark.readySnapshots.filter({ hasText: 'before the sweep' }).waitFor();
  await page.locator('.jp-NotebookPanel .dm-output').last().waitFor();
  await page.screenshot({ path: join(IMAGES, 'magics.png') });
});
