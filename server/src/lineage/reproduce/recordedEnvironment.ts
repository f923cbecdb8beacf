/** The environment that MLflow wrote down with a run's models, as far as it keeps it itself. */
import type { MlflowClient } from '../mlflow/mlflowClient';
import type { Run } from '../mlflow/mlflowAnswers';

/** As recorded; null: nothing was found. */
export interface RecordedEnvironment {
  /** Lines of requirements.txt, else what conda.yaml has for pip. */
  readonly requirements: readonly string[] | null;
  /** Version of Python. */
  readonly python: string | null;
  /** Where it is kept, where that is not with the server: it was not read. */
  readonly keptElsewhere: boolean;
}

const MOST_LINES = 2000;

/** Throws MlflowError. */
export async function recordedEnvironment(
  run: Run,
  client: Pick<MlflowClient, 'artifactText' | 'loggedModel'>,
  signal: AbortSignal
): Promise<RecordedEnvironment> {
  const models = [...new Set(run.outputs.model_outputs.map(({ model_id: id }) => id))];
  const locations: string[] = [];
  for (const id of models) {
    locations.push((await client.loggedModel(id, signal)).info.artifact_uri);
  }
  // Runs of MLflow 2 keep models below their own artifacts.
  const own = run.info.artifact_uri;
  locations.push(own, `${own}/model`);
  for (const location of locations.filter(one => one !== '')) {
    const text = await client.artifactText(location, 'requirements.txt', signal);
    if (text === null) {
      const conda = await client.artifactText(location, 'conda.yaml', signal);
      if (conda !== null) {
        return { requirements: pipOf(conda), python: condaPython(conda), keptElsewhere: false };
      }
    } else {
      const python = await client.artifactText(location, 'python_env.yaml', signal);
      return { requirements: linesOf(text), python: pythonOf(python), keptElsewhere: false };
    }
  }
  const keptElsewhere = own !== '' && !own.startsWith('mlflow-artifacts:');
  return { requirements: null, python: null, keptElsewhere };
}

/** Options are left out: an address of an index may hold a password. */
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('-') && !line.startsWith('#') && !line.includes('://'))
    .slice(0, MOST_LINES);

const pythonOf = (text: string | null): string | null => /^python:\s*["']?([\d.]+)/m.exec(text ?? '')?.[1] ?? null;

/** As MLflow writes it: a list of its own below `pip:`. */
function pipOf(conda: string): string[] {
  const [, list = ''] = /^- pip:\n((?: {2}- .*(?:\n|$))*)/m.exec(conda) ?? [];
  return linesOf(list.replaceAll(/^ {2}- /gm, ''));
}

const condaPython = (text: string): string | null => /^- python=+([\d.]+)/m.exec(text)?.[1] ?? null;
