/** The Kubernetes API is away for half a minute while a person works: told as it is, nothing lost, back by itself. */
import { setTimeout as delay } from 'node:timers/promises';
import { bed } from '../../../testbed/support/bed';
import { listed } from '../cluster';
import { expect, test } from '../fixtures';
import { contents, kernelAnswers, putFile } from '../userFiles';

const AWAY_MS = 30_000;

test('an API server that is away for 30 s', async ({ lab, user, datamark }) => {
  test.skip(bed === undefined, 'Only of the test bed can the API server be taken away.');
  test.setTimeout(420_000);
  await datamark.openPanel();
  await datamark.makeSnapshot('before');
  await putFile(user, 'result.txt', 'before\n');

  // Somebody is about to press the button when it happens.
  const question = datamark.dialog(/^Snapshot /);
  await datamark.pressSnapshot();
  await question.getByLabel('Title').fill('meanwhile');

  await bed?.kill('apiserver');
  const over = delay(AWAY_MS);
  try {
    await expect(datamark.panel).toContainText(/Shown as of \d\d:\d\d/);
    await expect(datamark.panel).not.toContainText('No snapshots of');
    await expect(datamark.readySnapshots.filter({ hasText: 'before' })).toBeVisible();
    await question.getByRole('button', { name: 'Snapshot', exact: true }).click();
    await datamark.toast('No snapshot').getByRole('button', { name: 'Details' }).click();
    const refusal = datamark.dialog('No snapshot');
    await expect(refusal).toContainText('The snapshot was not made. What is in the cluster can’t be read.');
    await expect(refusal).toContainText('Try again in a moment.');
    await lab.keyboard.press('Escape');
    await expect(datamark.snapshotButton).toBeDisabled();
    await expect(datamark.snapshotButton).toHaveAttribute('title', /^What is in the cluster can’t be read\./);
    // The person's own work goes on.
    await putFile(user, 'result.txt', 'meanwhile\n');
    expect(await kernelAnswers(user)).toBe(true);
    await over;
    await expect(datamark.panel).toContainText(/Shown as of \d\d:\d\d/);
  } finally {
    await bed?.startAll();
  }

  await expect(datamark.panel).not.toContainText('Shown as of', { timeout: 90_000 });
  await expect(datamark.readySnapshots).toHaveCount(1);
  expect((await listed('volumesnapshot', `claim-${user}.`)).map(({ status }) => status?.readyToUse)).toEqual([true]);
  expect(await contents(user, 'result.txt')).toBe('meanwhile\n');
  await datamark.askForSnapshot('after');
  // The cluster's own controllers may take a minute to find their server again.
  await expect(datamark.readySnapshots).toHaveCount(2, { timeout: 180_000 });
});
