import { modelReference } from './runReference';

test.each([
  ['models:/churn/3', { kind: 'version', name: 'churn', version: '3' }],
  ['models:/churn@champion', { kind: 'alias', name: 'churn', alias: 'champion' }],
  ['models:/it’s a "model"@a-b_c', { kind: 'alias', name: 'it’s a "model"', alias: 'a-b_c' }],
  ['models:/a@b/3', { kind: 'version', name: 'a@b', version: '3' }],
  ['models:/a@b@c', { kind: 'alias', name: 'a@b', alias: 'c' }]
])('%s is read', (text, reference) => {
  expect(modelReference(text)).toEqual(reference);
});

test.each([
  '',
  'churn',
  'models:/churn',
  'models:/churn/',
  'models:/churn@',
  'models:/churn/latest',
  'runs:/abc/model'
])('“%s” names no version', text => {
  expect(modelReference(text)).toBeNull();
});
