/** Whether a volume shows its snapshots: found out once for each newest one, and told when it changes. */
import type { FileHandle } from 'node:fs/promises';
import type { Snapshot } from '../../../../../contract';
import { until } from '../../../testing/until';
import { ShownSnapshots } from './shownSnapshots';

test('is known a moment later, stays as it was until the next snapshot was looked at, and can end', async () => {
  const looked: string[] = [];
  let isShown = true;
  let changes = 0;
  const shown = new ShownSnapshots({
    open: ({ uid }) => {
      looked.push(uid);
      const snapshot = { close: () => Promise.resolve() } as FileHandle;
      return Promise.resolve(isShown ? { snapshot, root: '/home' } : null);
    },
    changed: () => (changes += 1)
  });
  const newest = (uid: string): Snapshot => ({ volume: 'home', uid }) as Snapshot;

  expect(shown.of(newest('one'))).toBe(false);
  await until(() => changes === 1);
  expect([shown.of(newest('one')), shown.of(newest('one')), shown.of(newest('two'))]).toEqual([true, true, true]);
  isShown = false;
  expect(shown.of(newest('three'))).toBe(true);
  await until(() => changes === 2);
  expect(shown.of(newest('three'))).toBe(false);
  expect(looked).toEqual(['one', 'two', 'three']);
});
