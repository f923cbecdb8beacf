/** Quantities of the API as bytes. */
import { bytesOf } from './quantity';

it.each([
  ['1Gi', 2 ** 30],
  ['10G', 1e10],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['1e9', 1e9],
  ['1E3', 1000],
  ['2E', 2e18],
  ['100m', 1],
  ['0', 0],
  ['.5Ki', 512],
  ['+3', 3],
  [4096, 4096]
])('%s is %d bytes', (quantity, bytes) => {
  expect(bytesOf(quantity)).toBe(bytes);
});

it.each(['', 'Gi', '1 Gi', '-1', '1gib', '1Xi', 'ten', null, undefined, -1])('%j is none', quantity => {
  expect(bytesOf(quantity)).toBeNull();
});
