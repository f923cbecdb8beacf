/** Two tabs and a kernel of one user that act at the same moment: nothing is lost, nothing is made twice. */
import { listed } from '../cluster';
import { expect, logInTo, test } from '../fixtures';
import { notebookOf, putFile } from '../userFiles';

test('two tabs and a magic make three snapshots, and both tabs show them', async ({ lab, user, datamark }) => {
  await putFile(user, 'magic.ipynb', notebookOf('%load_ext datamark\n%datamark snapshot --title "by magic"'));
  const other = await logInTo(await lab.context().newPage(), user);
  await other.openPanel();
  await datamark.openPanel();
  await datamark.openNotebook('magic.ipynb');

  await Promise.all([
    datamark.execute('notebook:run-all-cells'),
    datamark.execute('datamark:create-snapshot', { title: 'by the first tab' }),
    other.execute('datamark:create-snapshot', { title: 'by the second tab' })
  ]);

  for (const tab of [datamark, other]) {
    for (const title of ['by magic', 'by the first tab', 'by the second tab']) {
      await expect(tab.readySnapshots.filter({ hasText: title })).toHaveCount(1, { timeout: 60_000 });
    }
  }
  expect(await listed('volumesnapshot', `claim-${user}.`)).toHaveLength(3);
});
