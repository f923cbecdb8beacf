/** Names fit the API server's rules however long the claim's name is, and a wrong clock makes none equal. */
import { ObjectName } from '../../../../contract';
import { cloneId, cloneNameIn, labelValue, snapshotName } from './objectNames';

const NOON = new Date('2026-11-22T12:00:00Z');

it.each(['home', 'claim-ann', 'data.v1', 'a'.repeat(253), `${'a'.repeat(230)}.b-${'c'.repeat(20)}`])(
  'names of what is made from %s are names',
  claim => {
    for (const name of [snapshotName(claim, NOON), cloneId(claim, 'sweep-12'), cloneId(claim, 'x'.repeat(63))]) {
      expect(ObjectName.safeParse(name).success).toBe(true);
      expect(name.length).toBeLessThanOrEqual(253);
    }
  }
);

it('a snapshot’s name begins with its claim’s and a dot', () => {
  expect(snapshotName('home', NOON)).toMatch(/^home\.20261122-120000z-[a-z0-9]{4}$/);
});

it('equal times make other names', () => {
  const names = Array.from({ length: 50 }, () => snapshotName('home', NOON, 12));
  expect(new Set(names).size).toBe(50);
});

it('a clone’s own name is found again', () => {
  expect(cloneNameIn(cloneId('data.v1', 'sweep'))).toBe('sweep');
  expect(cloneNameIn('by-hand')).toBeNull();
});

it.each([
  ['Ann Smith', 'Ann-Smith'],
  ['-ann@example.org-', 'ann-example.org'],
  ['x'.repeat(80), 'x'.repeat(63)],
  ['äö', '']
])('%s as a label is %s', (text, value) => {
  expect(labelValue(text)).toBe(value);
});
