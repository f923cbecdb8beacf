/** The order of everything that has a time: newest first, and the same whichever order the storage tells. */
import { newestFirst } from './newestFirst';

const at = '2026-11-22T10:05:45Z';
const namesOf = (items: { at: string; name: string }[]): string[] =>
  newestFirst(items, item => item).map(({ name }) => name);

it('puts the newest first, however its time is written', () => {
  const items = [
    { at, name: 'z' },
    { at: '2026-11-22T10:05:45.001Z', name: 'a' },
    { at: '2026-11-22T12:05:46+02:00', name: 'b' }
  ];
  expect(namesOf(items)).toEqual(['b', 'a', 'z']);
});

it('of one second of the cluster’s clock puts the name with the later time first, told in whichever order', () => {
  const first = { at, name: 'home.20261122-100544z-zzzz' };
  const second = { at, name: 'home.20261122-100545z-aaaa' };
  const third = { at, name: 'home.20261122-100545z-bbbb' };
  const ordered = [third, second, first].map(({ name }) => name);
  expect(namesOf([first, second, third])).toEqual(ordered);
  expect(namesOf([third, first, second])).toEqual(ordered);
  expect(namesOf([second, third, first])).toEqual(ordered);
});
