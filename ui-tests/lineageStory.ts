/**
 * The story of lineage, told on this computer and on a hub: a notebook trains a model on train.csv, the panel shows what came
 * of which snapshot and keeps that, and the run gives the same values again although the file is another one by then.
 */
import { expect, type Locator } from '@playwright/test';
import { MLFLOW_KERNEL } from './mlflowKernelspec';
import type { DatamarkPage } from './pages/datamarkPage';
import { notebookFor } from './server/files';

export const MODEL = 'models:/churn@champion';
export const DATA = 'x,y\n0,0\n1,0\n2,0\n3,1\n4,1\n5,1\n';
/** Of which no straight line is right. */
export const OTHER_DATA = 'x,y\n0,1\n1,0\n2,1\n3,0\n4,1\n5,0\n';
/** train.ipynb, beside the data. */
export const TRAINING = notebookFor(
  MLFLOW_KERNEL,
  '%load_ext datamark',
  `%%snapshot --title "training data"
import csv, mlflow, numpy
from sklearn.linear_model import LogisticRegression
mlflow.sklearn.autolog(log_input_examples=False, log_model_signatures=False)
rows = list(csv.DictReader(open("train.csv")))
x, y = numpy.array([[float(row["x"])] for row in rows]), numpy.array([int(row["y"]) for row in rows])
with mlflow.start_run(run_name="train") as run:
    model = LogisticRegression().fit(x, y)
    mlflow.log_metric("coefficient", float(model.coef_[0][0]))`,
  `version = mlflow.register_model(f"runs:/{run.info.run_id}/model", "churn").version
mlflow.MlflowClient().set_registered_model_alias("churn", "champion", version)
print("champion is version", version)`
);
/** Importing MLflow and scikit-learn and logging a model, while others work. */
const CELLS_MS = 240_000;

/** Runs all cells of train.ipynb, until the model is registered as this version. */
export async function train(datamark: DatamarkPage, version: number): Promise<void> {
  await datamark.openNotebook('train.ipynb');
  await datamark.execute('notebook:run-all-cells');
  const told = datamark.outputs.filter({ hasText: `champion is version ${version}` });
  await expect(told).toBeVisible({ timeout: CELLS_MS });
}

/** The way from the snapshot to the alias shows, without a line about it in the notebook, and the snapshot stays. */
export async function expectKept(datamark: DatamarkPage): Promise<void> {
  await datamark.openSection('Lineage');
  await askAgain(datamark);
  for (const words of ['train', 'churn v1', 'champion']) {
    await expect(datamark.lineage.getByText(words, { exact: true })).toBeVisible();
  }
  const row = datamark.snapshot('training data');
  await expect(row).toHaveAttribute('aria-label', /1 run · 1 model/);
  await datamark.chooseFromMenu(row, /^Delete/);
  const refused = datamark.dialog(/can’t be deleted/);
  await expect(refused).toContainText(
    'Version 1 of the model churn (@champion) comes from the run train, which used it.'
  );
  await expect(refused).toContainText('Without it that model can’t be reproduced.');
  await expect(refused.getByRole('button', { name: /^Delete/ })).toHaveCount(0);
  await refused.getByRole('button', { name: 'Keep it' }).click();
}

/** What MLflow was asked for before the cell ended is not asked for again by itself. */
export async function askAgain(datamark: DatamarkPage): Promise<void> {
  await datamark.lineage.getByRole('button', { name: 'Ask MLflow again' }).click();
}

/** The dialog of Reproduce…, from the menu of the model version in the panel. */
export async function askToReproduce(datamark: DatamarkPage): Promise<Locator> {
  await datamark.lineage.getByText('churn v1', { exact: true }).click({ button: 'right' });
  await datamark.page.getByRole('menuitem', { name: /^Reproduce/ }).click();
  return datamark.dialog(/^Reproduce churn v1/);
}

/** Runs the reproduction that is in front; the table at its end is returned once it says that all is as it was. */
export async function expectSameValues(datamark: DatamarkPage): Promise<Locator> {
  await datamark.execute('notebook:run-all-cells');
  const compared = datamark.outputs.filter({ hasText: 'coefficient' }).last();
  await expect(compared).toContainText(/metric +coefficient +(\S+) +\| +\1 +same/, { timeout: CELLS_MS });
  await expect(compared).toContainText(/metric +training_score +(\S+) +\| +\1 +same/);
  await expect(compared).not.toContainText('differs');
  await expect(compared).not.toContainText('NOT a reproduction');
  return compared;
}

/** Runs it on data that was changed since, which the same table says. */
export async function expectOtherValues(datamark: DatamarkPage, compared: Locator): Promise<void> {
  await datamark.execute('notebook:run-all-cells');
  await expect(compared).toContainText(/metric +coefficient .* differs/, { timeout: CELLS_MS });
}
