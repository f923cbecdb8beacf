/** The story of lineage on a hub: a notebook trains a model, which keeps the snapshot of its data, and is brought back from it. */
import { bed } from '../../../testbed/support/bed';
import {
  askToReproduce,
  DATA,
  expectKept,
  expectOtherValues,
  expectSameValues,
  MODEL,
  OTHER_DATA,
  train,
  TRAINING
} from '../../lineageStory';
import { DatamarkPage } from '../../pages/datamarkPage';
import { listed } from '../cluster';
import { expect, logInTo, test as base, untilLab } from '../fixtures';
import { hub } from '../hub';
import { MlflowKernel } from '../mlflowKernel';
import { putFile } from '../userFiles';

base.skip(bed === undefined, 'Only the test bed’s pods can mount the host’s MLflow.');

const test = base.extend<object, { mlflow: MlflowKernel }>({
  mlflow: [
    async ({}, use) => {
      await using mlflow = await MlflowKernel.start();
      await use(mlflow);
    },
    { scope: 'worker', timeout: 300_000 }
  ]
});

test('a model keeps the snapshot of its data, and gives the same values again in a server with its clone', async ({
  page,
  user,
  mlflow
}) => {
  test.setTimeout(900_000);
  await hub.start(user, 'with-mlflow', '', mlflow.options);
  await putFile(user, 'train.csv', DATA);
  await putFile(user, 'train.ipynb', TRAINING);
  const datamark = await logInTo(page, user);
  await datamark.openPanel();
  await train(datamark, 1);
  await expectKept(datamark);

  await putFile(user, 'train.csv', OTHER_DATA);
  const dialog = await askToReproduce(datamark);
  await expect(dialog).toContainText('It opens in a named server of its own');
  await dialog.getByRole('button', { name: 'Reproduce', exact: true }).click();
  const open = dialog.getByRole('button', { name: 'Open in a named server' });
  await open.waitFor({ timeout: 120_000 });
  await expect(dialog).toContainText('choose Reproduce once more, for models:/churn/1.');
  const [clone, ...more] = await listed('persistentvolumeclaim', `claim-${user}.`);
  expect(more).toEqual([]);
  const name = clone?.metadata.name.replace(`claim-${user}.`, '') ?? '';
  const opened = page.context().waitForEvent('page');
  await open.click();
  const second = await opened;
  await untilLab(second, user, name);

  // There the clone is a volume, known by the uid of its snapshot, and the home is another one.
  const there = new DatamarkPage(second);
  await there.openPanel();
  await there.runFromPalette('Reproduce Run or Model…');
  const which = there.dialog('Reproduce which run or model?');
  await which.getByLabel('Run or model version').fill(MODEL);
  await which.getByRole('button', { name: 'Look' }).click();
  const again = there.dialog(/^Reproduce churn/);
  await expect(again).toContainText(`in /home/jovyan/clones/${name} is taken, as it is now.`);
  await again.getByRole('button', { name: 'Reproduce', exact: true }).click();
  await again.getByRole('button', { name: 'Open the notebook' }).click({ timeout: 120_000 });
  await there.openNotebook(`datamark-reproductions/${name}/train.ipynb`);
  const compared = await expectSameValues(there);

  // Whoever works on the clone has other data, and the same notebook says so.
  await putFile(`${user}/${name}`, `clones/${name}/train.csv`, OTHER_DATA);
  await expectOtherValues(there, compared);
});
