/** Two tabs and a kernel of one user that act at the same moment: nothing is lost, nothing is made twice. */
import { notebookOf } from '../../server/files';
import { listed } from '../cluster';
import { expect, logInTo, test } from '../fixtures';
import { putFile } from '../userFiles';

interface Outcome {
  readonly outcome: string;
  readonly problem?: { readonly type: string };
}

test('of two tabs and a magic each makes its snapshot or is told that one is being made', async ({
  lab,
  user,
  datamark
}) => {
  await putFile(user, 'magic.ipynb', notebookOf('%load_ext datamark\n%datamark snapshot --title "by magic"'));
  const other = await logInTo(await lab.context().newPage(), user);
  await other.openPanel();
  await datamark.openPanel();
  await datamark.openNotebook('magic.ipynb');

  const [, ...answers] = await Promise.all([
    datamark.execute('notebook:run-all-cells'),
    datamark.execute('datamark:create-snapshot', { title: 'by the first tab' }),
    other.execute('datamark:create-snapshot', { title: 'by the second tab' })
  ]);
  const output = lab.locator('.jp-NotebookPanel .jp-OutputArea');
  await expect(output.first()).toContainText(/by magic|is being made/, { timeout: 60_000 });

  const titles = ['by the first tab', 'by the second tab'].filter((_, index) => {
    const { outcome, problem } = answers[index] as Outcome;
    expect(outcome === 'started' || problem?.type.endsWith('/operation-in-progress') === true).toBe(true);
    return outcome === 'started';
  });
  const byMagic = /by magic/.test(await output.first().innerText()) ? ['by magic'] : [];
  const expected = [...titles, ...byMagic].sort();
  expect(expected.length).toBeGreaterThan(0);
  const made = await listed('volumesnapshot', `claim-${user}.`);
  expect(made.map(({ metadata }) => metadata.annotations?.['datamark.github.io/title']).sort()).toEqual(expected);
  for (const tab of [datamark, other]) {
    await expect(tab.readySnapshots).toHaveCount(expected.length, { timeout: 60_000 });
  }
});
