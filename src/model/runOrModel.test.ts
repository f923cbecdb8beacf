import { modelIn, runOrModelIn, uriOf } from './runOrModel';

it.each([
  ['abc-1', 'abc-1'],
  [' models:/churn/7 ', 'models:/churn/7'],
  ['models:/churn@champion', 'models:/churn@champion'],
  ['models:/churn', null],
  ['models:/churn/latest', null],
  ['http://m/ml/#/experiments/0/runs/ab12/artifacts', 'ab12'],
  ['http://m/#/models/credit%20risk/versions/3?tab=x', 'models:/credit risk/3'],
  ['http://m/#/models/100%/versions/3', 'models:/100%/3'],
  ['http://m/#/models/churn', null],
  ['', null]
])('%j names %j', (text, of) => expect(runOrModelIn(text)).toBe(of));

it('tells a version, an alias and a run apart', () => {
  expect(uriOf({ name: 'churn', version: '7' })).toBe('models:/churn/7');
  expect(modelIn('models:/churn/7')).toBe('churn v7');
  // A version is a number, so a name may hold an @.
  expect(modelIn('models:/a@b/7')).toBe('a@b v7');
  expect(modelIn('models:/churn@champion')).toBe('churn @champion');
  expect(modelIn('a1b2')).toBeNull();
});
