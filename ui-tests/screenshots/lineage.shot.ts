/**
 * Takes the pictures of lineage in a real JupyterLab: each state, light and dark. What MLflow would tell is written here; the
 * page, its words and its looks are the real ones. Two of them go into docs/images, the others beside the test results.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import type {
  DeletePlan,
  LineageRun,
  MlflowStatus,
  RecentRuns,
  RunsOfSnapshot,
  RunWithData,
  Snapshot
} from '../../contract';
import { problem } from '../../contract';
import { test } from '../fixtures';
import { DatamarkPage } from '../pages/datamarkPage';
import { smallProject, textOf } from '../server/files';
import { readdir } from 'node:fs/promises';
import { cardOf, pinOf, planOf } from './reproductionAnswers';

const ROOT = join(__dirname, '..', '..');
const IMAGES = join(ROOT, 'docs', 'images');
const STATES = join(ROOT, '.build', 'screenshots', 'lineage');
const COMMAND = join(ROOT, '.venv', 'bin', 'datamark');

const LINEAGE = /\/api\/v1\/lineage\//;
const DRY_RUN = /\/snapshots\/[^/]+\?dryRun=true/;
const ANSWERS: MlflowStatus = { state: 'answers', server: 'https://mlflow.example' };
const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const search = { complete: true, searched: 12, known: 12, asOf: ago(0.3) };

async function someWork(root: string): Promise<void> {
  await smallProject(root);
  const environment: NodeJS.ProcessEnv = { ...process.env, DATAMARK_PROVIDER: 'local' };
  delete environment.DATAMARK_SOCKET;
  for (const title of ['features v2', 'features v3 frozen', 'before lr sweep']) {
    await promisify(execFile)(COMMAND, ['snapshot', '--title', title], { cwd: root, env: environment });
  }
}

/** Snapshots as they are stored, by title. */
async function stored(root: string): Promise<Map<string, Pick<Snapshot, 'name' | 'uid' | 'createdAt'>>> {
  const found = new Map<string, Pick<Snapshot, 'name' | 'uid' | 'createdAt'>>();
  for (const name of await readdir(join(root, '.datamark', 'snapshots'))) {
    const record = JSON.parse(await textOf(root, `.datamark/snapshots/${name}/record.json`)) as Snapshot;
    found.set(record.title ?? '', { name, uid: record.uid, createdAt: record.createdAt });
  }
  return found;
}

const run = (name: string, minutes: number, auc: number | null, change: Partial<LineageRun> = {}): LineageRun => ({
  id: name,
  name,
  experiment: '1',
  status: 'FINISHED',
  user: 'alice',
  startedAt: ago(minutes),
  endedAt: ago(minutes - 1),
  deleted: false,
  link: `https://mlflow.example/#/experiments/1/runs/${name}`,
  metrics: auc === null ? [] : [{ key: 'auc', value: auc }],
  models: [],
  versions: [],
  ...change
});

/** What MLflow tells about these snapshots. */
async function samples(root: string): Promise<{ recent: RecentRuns; of: (name: string) => RunsOfSnapshot }> {
  const snapshots = await stored(root);
  const data = (title: string): RunWithData['snapshots'] => {
    const found = snapshots.get(title);
    const place = { volume: 'project', namespace: 'alice', cluster: 'laptop' };
    const relation = 'before-run' as const;
    return found === undefined
      ? [
          {
            link: { ...place, snapshot: 'project.20261102-080000z-x1y2', uid: 'gone', time: ago(30_000), relation },
            now: {
              state: 'gone',
              message: 'The snapshot project.20261102-080000z-x1y2 of project does not exist any more.'
            }
          }
        ]
      : [
          {
            link: { ...place, snapshot: found.name, uid: found.uid, time: found.createdAt, relation },
            now: { state: 'exists', snapshot: found.name }
          }
        ];
  };
  const champion = { name: 'churn', version: '7', aliases: ['champion'] };
  const runs: RunWithData[] = [
    { run: run('sweep-13', 1, null, { status: 'RUNNING', endedAt: null }), snapshots: data('before lr sweep') },
    { run: run('sweep-12', 12, 0.871, { versions: [champion] }), snapshots: data('features v3 frozen') },
    { run: run('sweep-11', 31, 0.869), snapshots: data('features v3 frozen') },
    { run: run('sweep-9', 64, null, { status: 'FAILED' }), snapshots: data('features v3 frozen') },
    {
      run: run('sweep-8', 1600, 0.858, { versions: [{ name: 'churn', version: '6', aliases: [] }] }),
      snapshots: data('features v2')
    },
    { run: run('sweep-7', 1650, 0.858), snapshots: data('gone') },
    { run: run('baseline', 4000, 0.803), snapshots: [], nameOnly: true }
  ];
  const recent = { mlflow: ANSWERS, search, total: 64, runs };
  return {
    recent,
    of: name => {
      const own = runs.flatMap(one => {
        const found = one.snapshots.find(({ now }) => now.state === 'exists' && now.snapshot === name);
        return found === undefined ? [] : [{ run: one.run, match: 'uid' as const, link: found.link }];
      });
      return { snapshot: name, uid: own[0]?.link.uid ?? 'none', mlflow: ANSWERS, search, total: own.length, runs: own };
    }
  };
}

/** Answers in place of the sidecar what is asked of MLflow. */
async function answer(page: Page, recent: RecentRuns, of: (name: string) => RunsOfSnapshot): Promise<void> {
  await page.unroute(LINEAGE);
  await page.route(LINEAGE, route => {
    const url = new URL(route.request().url());
    switch (url.pathname.slice(url.pathname.lastIndexOf('/') + 1)) {
      case 'runs':
        return route.fulfill({ json: of(url.searchParams.get('snapshot') ?? '') });
      case 'pins':
        return route.fulfill({ json: pinOf(url.searchParams.get('kernel') ?? '', recent) });
      case 'reproductions':
        return route.fulfill({ json: planOf(recent) });
      case 'card':
        return route.fulfill({ json: cardOf(recent) });
      default:
        return route.fulfill({ json: recent });
    }
  });
}

test.use({
  opened: false,
  server: { seed: someWork, environment: { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' } }
});

const refused = (slug: Parameters<typeof problem>[0], detail: string, next: string): MlflowStatus => ({
  state: 'refuses',
  server: 'https://mlflow.example',
  problem: problem(slug, { detail, next })
});

for (const theme of ['light', 'dark'] as const) {
  const name = (state: string) => `${state}${theme === 'dark' ? '-dark' : ''}.png`;

  test(`lineage, ${theme}`, async ({ context, jupyter }) => {
    test.setTimeout(300_000);
    const page = await context.newPage();
    const datamark = new DatamarkPage(page);
    const { recent, of } = await samples(jupyter.root);
    await answer(page, recent, of);
    await page.goto(`${jupyter.url}/lab?reset`);
    await datamark.openPanel();
    // JupyterLab asks each new person whether to fetch news.
    await page.getByRole('button', { name: 'No', exact: true }).click();
    if (theme === 'dark') {
      await datamark.execute('apputils:change-theme', { theme: 'JupyterLab Dark' });
    }
    await datamark.openNotebook('analysis.ipynb');
    await datamark.openSection('Lineage');
    const section = page.locator('.dm-section-lineage');
    await section.getByText('champion').waitFor();
    await page.screenshot({ path: join(STATES, name('volume')) });

    await datamark.select(datamark.snapshot('features v3 frozen'));
    await section.getByRole('button', { name: 'Open lineage in the main area' }).click();
    await page.getByRole('img', { name: 'Alias: champion' }).waitFor();
    await page.screenshot({ path: join(IMAGES, name('lineage')) });

    await datamark.chooseFromMenu(datamark.snapshot('features v3 frozen'), /^Link to Run/);
    await datamark.dialog(/^Link/).waitFor();
    await page.screenshot({ path: join(STATES, name('link')) });
    await page.keyboard.press('Escape');

    await askedAbout(page, datamark, state => page.screenshot({ path: join(STATES, name(state)) }));
    await states(page, recent, of, state => page.screenshot({ path: join(STATES, name(state)) }));
    await deletions(page, datamark, state => page.screenshot({ path: join(STATES, name(state)) }));
  });
}

/** What the menus of a run and of a version lead to. */
async function askedAbout(
  page: Page,
  datamark: DatamarkPage,
  picture: (state: string) => Promise<unknown>
): Promise<void> {
  const section = page.locator('.dm-section-lineage');
  await section.getByText('churn v7', { exact: true }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Data Card/ }).waitFor();
  await picture('version-menu');
  await page.getByRole('menuitem', { name: /^Data Card/ }).click();
  await datamark
    .dialog(/^Data card/)
    .getByRole('heading', { name: 'Data of churn' })
    .waitFor();
  await picture('card');
  await page.keyboard.press('Escape');
  await section.getByText('sweep-12', { exact: true }).click();
  await section.getByRole('grid').press('r');
  await datamark
    .dialog(/^Reproduce/)
    .getByText('What comes back')
    .waitFor();
  await picture('reproduce');
  await page.keyboard.press('Escape');
}

async function states(
  page: Page,
  recent: RecentRuns,
  of: (name: string) => RunsOfSnapshot,
  picture: (state: string) => Promise<unknown>
): Promise<void> {
  const datamark = new DatamarkPage(page);
  const silent = refused('mlflow-unreachable', 'mlflow.example does not answer.', 'Try again in a minute.');
  const wrongHost = refused(
    'mlflow-refused',
    'MLflow takes no requests for this host.',
    'Ask who runs MLflow to allow it.'
  );
  const unknown = refused('forbidden', 'MLflow asks who you are.', 'Set new credentials for MLflow and start again.');
  const notSetUp: MlflowStatus = {
    state: 'not-set-up',
    reason: 'MLFLOW_TRACKING_URI names a file of this computer.',
    fix: 'Set MLFLOW_TRACKING_URI to the address of an MLflow server, and start the Jupyter server again.'
  };
  const none = { search: null, total: 0, runs: [] };
  const cases: [string, Partial<RecentRuns>, string | RegExp][] = [
    ['silent', { ...none, mlflow: silent }, 'does not answer'],
    ['refuses', { ...none, mlflow: wrongHost }, 'for this host'],
    ['forbidden', { ...none, mlflow: unknown }, 'You may not see runs'],
    ['not-set-up', { ...none, mlflow: notSetUp }, 'MLflow is not set up'],
    ['empty', { ...none, search }, 'No run that you may read'],
    ['searching', { ...none, search: { ...search, complete: false, searched: 400, known: 1200 } }, 'Searched 400']
  ];
  for (const [state, change, words] of cases) {
    await answer(page, { ...recent, ...change }, snapshot => ({ ...of(snapshot), ...change, runs: [] }));
    // Another page knows nothing from before.
    await page.reload();
    await datamark.openPanel();
    await datamark.openSection('Lineage');
    const section = page.locator('.dm-section-lineage');
    await section.getByText(words).first().waitFor();
    await picture(state);
  }
}

/** What the guard answers, shown in the dialog. */
async function deletions(
  page: Page,
  datamark: DatamarkPage,
  picture: (state: string) => Promise<unknown>
): Promise<void> {
  const cases: [string, Partial<DeletePlan>, string][] = [
    [
      'delete-model',
      {
        allowed: false,
        blockers: [
          {
            kind: 'model-version',
            object: 'models:/churn/7',
            message: 'Version 7 of the model churn (@champion) comes from the run sweep-12, which used it.',
            fix: 'Keep the snapshot, or delete the version in MLflow first.',
            by: null,
            since: null
          }
        ],
        warnings: ['2 runs used it: sweep-11, sweep-9.']
      },
      'can’t be deleted'
    ],
    [
      'delete-runs',
      { force: true, warnings: ['2 runs used it: sweep-11, sweep-9.'], typeToConfirm: 'features v3 frozen' },
      '2 runs'
    ],
    [
      'delete-unknown',
      {
        force: true,
        warnings: ['Can’t check runs and models: MLflow does not answer. mlflow.example refuses the connection.'],
        typeToConfirm: 'features v3 frozen'
      },
      'Can’t check runs and models'
    ]
  ];
  for (const [state, change, words] of cases) {
    await page.unroute(DRY_RUN);
    await page.route(DRY_RUN, route => {
      const plan: DeletePlan = {
        object: 'features v3 frozen',
        uid: 'uid',
        allowed: true,
        blockers: [],
        warnings: [],
        lost: { known: true, bytes: 214 * 2 ** 20 },
        lostFiles: 12,
        typeToConfirm: null,
        ...change
      };
      return route.fulfill({ json: plan });
    });
    await datamark.chooseFromMenu(datamark.snapshot('features v3 frozen'), /^Delete/);
    await page.getByRole('dialog').getByText(words).first().waitFor();
    await picture(state);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
}
