/** The whole story of a restore, as a person sees it: the home of the server on which the page itself stands goes back, and forth. */
import { bed } from '../../../testbed/support/bed';
import { expect, test } from '../fixtures';
import { exists, stopAndComeBack, stopAndStartAgain, SWAPPING, volumeOf } from '../guidedRestore';
import { hub } from '../hub';
import { contents, putFile } from '../userFiles';
import { until } from '../until';

test.skip(bed === undefined, 'Only the test bed can be given the image of the controller.');

test('a home goes back to a snapshot and forth again, while the page on its own server stays', async ({
  lab,
  user,
  datamark
}) => {
  test.setTimeout(600_000);
  const first = await volumeOf(user);
  await putFile(user, 'result.txt', 'first\n');
  await datamark.openPanel();
  await datamark.makeSnapshot('good');

  await putFile(user, 'later.txt', 'made since\n');
  await lab.locator('.jp-LauncherCard').filter({ hasText: 'Terminal' }).click();
  const terminal = lab.locator('.jp-Terminal');
  await terminal.locator('.xterm-screen').click();
  await terminal.locator('.xterm-helper-textarea').pressSequentially('rm result.txt\n');
  await until('result.txt to be gone', async () => !(await exists(user, 'result.txt')));

  await datamark.chooseFromMenu(datamark.snapshot('good'), /^Restore/);
  const plan = datamark.dialog(/^Restore home to /);
  await expect(plan).toContainText('Swap the volume');
  await expect(plan).toContainText('Start your server (one click)');
  await stopAndStartAgain(lab, datamark, 'Stop server and restore', SWAPPING);

  await expect(datamark.toast(/home is restored to/)).toBeVisible({ timeout: 90_000 });
  expect(await contents(user, 'result.txt')).toBe('first\n');
  expect(await exists(user, 'later.txt')).toBe(false);
  expect(await volumeOf(user)).not.toBe(first);
  await datamark.openPanel();
  await expect(datamark.readySnapshots.filter({ hasText: 'good' })).toBeVisible();

  // From here on nobody has to click: the hub lets the controller start this server.
  await hub.letControllerStart(user);
  const event = datamark.timeline.getByRole('row').filter({ hasText: 'Restored from' });
  await datamark.select(event);
  await event.getByRole('button', { name: /^Undo restore/ }).click();
  await expect(datamark.dialog('Undo the restore of home?')).toContainText('Your server starts again by itself');
  await stopAndComeBack(lab, datamark, 'Stop server and undo', SWAPPING);

  await expect(datamark.toast(/The restore of home is undone/)).toBeVisible({ timeout: 90_000 });
  expect(await contents(user, 'later.txt')).toBe('made since\n');
  expect(await exists(user, 'result.txt')).toBe(false);
  expect(await volumeOf(user)).toBe(first);
  await datamark.openPanel();
  await expect(datamark.timeline.getByRole('row').filter({ hasText: 'Restore undone' })).toBeVisible();
});
