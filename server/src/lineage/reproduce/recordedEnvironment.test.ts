import { LoggedModel, Run } from '../mlflow/mlflowAnswers';
import { recordedEnvironment, type RecordedEnvironment } from './recordedEnvironment';

const MODEL = 'mlflow-artifacts:/0/models/m1/artifacts';
/** As mlflow 3.17 writes it. */
const CONDA = `channels:
- conda-forge
dependencies:
- python=3.11.2
- pip<=23.0.1
- pip:
  - mlflow==3.17.2
  - scikit-learn==1.7.2
name: mlflow-env
`;

const run = Run.parse({
  info: { run_id: 'r', experiment_id: '0', artifact_uri: 'mlflow-artifacts:/0/r/artifacts' },
  outputs: { model_outputs: [{ model_id: 'm1' }] }
});

function recorded(files: Readonly<Record<string, string>>, of = run): Promise<RecordedEnvironment> {
  return recordedEnvironment(
    of,
    {
      loggedModel: () => Promise.resolve(LoggedModel.parse({ info: { model_id: 'm1', artifact_uri: MODEL } })),
      artifactText: (location, file) => Promise.resolve(files[`${location}/${file}`] ?? null)
    },
    AbortSignal.timeout(1000)
  );
}

test('packages are those of the model’s requirements.txt, without options, which may hold a password', async () => {
  const text = '--index-url https://ann:secret@host\n# a word\nnumpy==2.1.0\n\npkg @ git+https://token@host/x\n';
  const found = await recorded({
    [`${MODEL}/requirements.txt`]: text,
    [`${MODEL}/python_env.yaml`]: 'python: 3.11.2\nbuild_dependencies: []\n',
    [`${MODEL}/conda.yaml`]: CONDA
  });
  expect(found).toEqual({ requirements: ['numpy==2.1.0'], python: '3.11.2', keptElsewhere: false });
});

test('without one they are those that conda.yaml has for pip', async () => {
  expect(await recorded({ [`${MODEL}/conda.yaml`]: CONDA })).toEqual({
    requirements: ['mlflow==3.17.2', 'scikit-learn==1.7.2'],
    python: '3.11.2',
    keptElsewhere: false
  });
});

test('what lies elsewhere than with the server is not read, and said to lie there', async () => {
  const away = { ...run, info: { ...run.info, artifact_uri: 's3://bucket/0/r' } };
  expect(await recorded({}, away)).toEqual({ requirements: null, python: null, keptElsewhere: true });
  expect(await recorded({})).toMatchObject({ requirements: null, keptElsewhere: false });
});
