/** What is asked of MLflow, counted where it arrives: nothing while nobody looks; and what it takes to be let in is told nobody. */
import { dirname } from 'node:path';
import { MlflowProxy } from '../../lineage-tests/support/mlflowProxy';
import { ADMIN, MlflowServer } from '../../lineage-tests/support/mlflowServer';
import { expect, test as base } from '../fixtures';
import { askAgain } from '../lineageStory';
import { filesBelow, watchEverything, whereFound } from '../pages/everythingTold';
import { smallProject } from '../server/files';

const CANARY = 'canary-5ecret';
const HOUR = '01:00:00';

const test = base.extend<{ user: string; password: string; arriving: MlflowProxy }, { mlflow: MlflowServer }>({
  user: [ADMIN.username, { option: true }],
  password: [ADMIN.password, { option: true }],
  mlflow: [
    async ({}, use) => {
      await using mlflow = await MlflowServer.start({ basicAuth: true });
      await use(mlflow);
    },
    { scope: 'worker', timeout: 180_000 }
  ],
  arriving: async ({ mlflow }, use) => {
    await using proxy = await MlflowProxy.start(mlflow);
    await use(proxy);
  },
  // As people write them into the address, which is then shown in many places.
  server: async ({ arriving, user, password }, use) => {
    const address = `${arriving.address.replace('//', `//${user}:${password}@`)}?token=${CANARY}`;
    await use({ seed: smallProject, environment: { MLFLOW_TRACKING_URI: address } });
  }
});

test('nothing is asked while the panel is hidden, whatever happens meanwhile', async ({ page, datamark, arriving }) => {
  await page.clock.install();
  await page.reload();
  expect(arriving.seen).toEqual([]);
  await datamark.openPanel();
  await datamark.makeSnapshot('before');
  await datamark.openSection('Lineage');
  await expect(datamark.lineage).toContainText('No run that you may read');
  expect(arriving.seen.length).toBeGreaterThan(0);

  await datamark.tab.click();
  await expect(datamark.panel).toBeHidden();
  const before = arriving.seen.length;
  await datamark.execute('datamark:create-snapshot', { title: 'meanwhile' });
  await datamark.openNotebook('analysis.ipynb');
  await page.clock.fastForward(HOUR);
  await datamark.execute('datamark:create-snapshot', { title: 'an hour later' });
  expect(arriving.seen.length).toBe(before);

  await datamark.tab.click();
  await expect(datamark.snapshot('an hour later')).toBeVisible();
  await askAgain(datamark);
  await expect.poll(() => arriving.seen.length).toBeGreaterThan(before);
});

test.describe('with a password in the address that MLflow does not take', () => {
  test.use({ user: 'ann', password: CANARY });

  test('what is wrong is told, and the password is not', async ({ page, datamark, jupyter, arriving }) => {
    const told = watchEverything(page);
    await datamark.openPanel();
    await datamark.makeSnapshot('frozen');
    await datamark.openSection('Lineage');
    await expect(datamark.lineage.getByText('MLflow refused it')).toBeVisible();
    expect(arriving.seen.map(({ authorization }) => authorization)).toContain(
      `Basic ${Buffer.from(`ann:${CANARY}`).toString('base64')}`
    );
    await datamark.chooseFromMenu(datamark.snapshot('frozen'), /^Delete/);
    await expect(datamark.dialog(/^Delete/)).toContainText('Can’t check runs and models');
    await page.keyboard.press('Escape');
    const files = await filesBelow(dirname(jupyter.root));
    const cookies = (await page.context().cookies()).map(({ value }) => value);
    expect(cookies.length).toBeGreaterThan(0);
    expect(whereFound(files, cookies)).toEqual([]);
    const texts = [...(await told.texts()), ...files];
    expect(texts.join('\n')).toContain('does not know who asks');
    expect(whereFound(texts, [CANARY, Buffer.from(`ann:${CANARY}`).toString('base64')])).toEqual([]);
  });
});
