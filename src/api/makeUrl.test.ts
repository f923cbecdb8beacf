/** @jest-environment node */
import { makeUrl } from './makeUrl';

it('stands below the base URL of the Jupyter server', () => {
  expect(makeUrl('http://host/user/x/', 'listVolumes', {})).toBe('http://host/user/x/datamark/api/v1/volumes');
});

it('escapes parameters and leaves out undefined query values', () => {
  expect(
    makeUrl('http://host/', 'listSnapshots', { volume: 'a/../b?c' }, { q: 'ü & x', from: undefined, limit: 5 })
  ).toBe('http://host/datamark/api/v1/volumes/a%2F..%2Fb%3Fc/snapshots?q=%C3%BC+%26+x&limit=5');
});
