/** The whole story with no mouse: open, snapshot, walk the list, hold, delete refused, released and deleted. */
import { expect, test } from '../fixtures';
import { smallProject } from '../server/files';

test.use({ server: { seed: smallProject } });

test('a person without a mouse makes, holds, releases and deletes a snapshot', async ({ page, datamark, jupyter }) => {
  const { keyboard } = page;
  await datamark.runFromPalette('Show Datamark');
  await datamark.volumes.waitFor();
  await keyboard.press('Control+Alt+s');
  await expect(datamark.dialog(/^Snapshot /).getByLabel('Title')).toBeFocused();
  await keyboard.type('by keyboard');
  await keyboard.press('Enter');
  await expect(datamark.readySnapshots).toHaveCount(1);

  await datamark.tabTo(datamark.timeline);
  await keyboard.press('Home');
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowUp');
  await expect(datamark.activeRow).toHaveAccessibleName(/^by keyboard, /);
  await keyboard.press('Enter');
  await expect(datamark.snapshot('by keyboard')).toHaveAttribute('aria-selected', 'true');

  await keyboard.press('h');
  await datamark.dialog(/^Hold /).waitFor();
  await datamark.tabTo(datamark.dialog(/^Hold /).getByRole('button', { name: 'Hold' }));
  await keyboard.press('Enter');
  await expect(datamark.activeRow).toHaveAccessibleName(/, held/);

  await expect(datamark.timeline).toBeFocused();
  await keyboard.press('Delete');
  await datamark.dialog(/can’t be deleted/).waitFor();
  await keyboard.press('Escape');
  await expect(datamark.timeline).toBeFocused();

  await keyboard.press('h');
  await expect(datamark.activeRow).not.toHaveAccessibleName(/, held/);
  await keyboard.press('Delete');
  const question = datamark.dialog(/^Delete snapshot /);
  await question.waitFor();
  if (await question.getByRole('textbox').isVisible()) {
    await datamark.tabTo(question.getByRole('textbox'));
    await keyboard.type('by keyboard');
  }
  await datamark.tabTo(question.getByRole('button', { name: /^Delete/ }));
  await keyboard.press('Enter');
  await expect(datamark.snapshot('by keyboard')).toHaveCount(0);
  await expect.poll(() => datamark.storedSnapshots(jupyter.root)).toEqual([]);
});
