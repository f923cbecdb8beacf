import { equalTo, holding } from './filterValues';

test.each([
  ['home', `= 'home'`],
  ['100%_of "it"', `= '100%_of "it"'`],
  [`it's`, `LIKE 'it_s'`],
  [`'both' "kinds"`, `LIKE '_both_ "kinds"'`],
  ['C:\\data\\', `LIKE 'C:_data_'`]
])('%s is looked for as a whole, exactly where the grammar can hold it', (text, condition) => {
  expect(equalTo(text)).toBe(condition);
});

test('a part and an end are looked for by a pattern that nothing in them ends', () => {
  expect(holding(`"it's"`)).toBe(`LIKE '%"it_s"%'`);
  expect(holding('/a\\b', { ending: true })).toBe(`LIKE '%/a_b'`);
});
