import { ProblemError } from '../problemError';
import { MlflowError } from './mlflow/mlflowError';
import { mlflowProblem } from './mlflowProblem';

const told = (thrown: unknown): unknown => {
  const problem = mlflowProblem(thrown);
  return problem instanceof ProblemError ? problem.problem.status : problem;
};

test('a deadline over several calls is told as an MLflow that does not answer', () => {
  expect(told(Object.assign(new Error('late'), { name: 'TimeoutError' }))).toBe(503);
  expect(told(new MlflowError('timeout', 'late'))).toBe(503);
});

test('what is no failure of MLflow stays what it is', () => {
  const bug = new TypeError('a bug');
  expect(told(bug)).toBe(bug);
});
