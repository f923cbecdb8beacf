/** What a person does in a restore that stops the server of the page: says yes, starts the server again, goes on. */
import type { Page } from '@playwright/test';
import type { DatamarkPage } from '../pages/datamarkPage';
import { untilRestored } from '../pages/restoredLayout';
import { listed } from './cluster';
import { expect } from './fixtures';
import { askServer } from './userFiles';

/** The card that stays on the page while the server is away. */
export const STOPPED_CARD = /^(Restoring home to|Undoing the restore of home)/;

/** What it says while the volume is swapped. */
export const SWAPPING = 'Server stopped. The swap takes a few seconds';

/** Whether a file or folder is there. */
export async function exists(user: string, path: string): Promise<boolean> {
  const { status } = await askServer(user, `api/contents/${path}?content=0`);
  if (status !== 200 && status !== 404) {
    throw new Error(`Whether ${path} is there: ${status}`);
  }
  return status === 200;
}

/** The volume behind a user’s home. */
export async function volumeOf(user: string): Promise<string | undefined> {
  const claims = await listed('persistentvolumeclaim', `claim-${user}`);
  return claims.find(({ metadata }) => metadata.name === `claim-${user}`)?.spec.volumeName;
}

/** Says yes in the plan, and does the one thing that a person is asked for after that. */
export async function stopAndStartAgain(
  lab: Page,
  datamark: DatamarkPage,
  yes: string,
  stopped: string
): Promise<void> {
  await lab.getByRole('dialog').getByRole('button', { name: yes }).click();
  await startAgain(lab, datamark, stopped);
}

/** The card says that the server has stopped; one click starts it, and the page comes back by itself. */
export async function startAgain(lab: Page, datamark: DatamarkPage, stopped: string): Promise<void> {
  const card = datamark.dialog(STOPPED_CARD);
  await expect(card).toContainText(stopped, { timeout: 90_000 });
  await expect(lab.getByRole('dialog').filter({ visible: true })).toHaveCount(1);
  const start = card.getByRole('button', { name: 'Start your server' });
  await start.waitFor({ timeout: 90_000 });
  await markPage(lab);
  const opened = lab.context().waitForEvent('page');
  await start.click();
  const hubPage = await opened;
  await untilLoadedAnew(lab);
  await hubPage.close();
}

/** Says yes in the plan; nobody does anything more, and the page comes back on the server that its hub has started. */
export async function stopAndComeBack(lab: Page, datamark: DatamarkPage, yes: string, stopped: string): Promise<void> {
  await markPage(lab);
  await lab.getByRole('dialog').getByRole('button', { name: yes }).click();
  await expect(datamark.dialog(STOPPED_CARD)).toContainText(stopped, { timeout: 90_000 });
  await untilLoadedAnew(lab);
  expect(lab.context().pages()).toEqual([lab]);
}

const markPage = (lab: Page): Promise<unknown> => lab.evaluate(() => Object.assign(window, { isOfBefore: true }));

async function untilLoadedAnew(lab: Page): Promise<void> {
  // JupyterLab changes the address of a page without loading it anew, too.
  await lab.waitForFunction(() => !('isOfBefore' in window), undefined, { timeout: 180_000 });
  // JupyterLab brings back the layout of before.
  await untilRestored(lab);
}
