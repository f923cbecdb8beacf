/** Size, class and modes of a clone: what the provisioner would refuse later is known before. */
import type { StorageClass } from '../resources';
import { cloneShape, type SourceShape } from './cloneShape';

const SOURCE: SourceShape = {
  storageClass: 'fast',
  driver: 'cow',
  bytes: 100,
  accessModes: ['ReadWriteOnce'],
  volumeMode: 'Filesystem'
};

const one = (name: string, provisioner = 'cow', isDefault = false): StorageClass => ({
  metadata: { name, annotations: isDefault ? { 'storageclass.kubernetes.io/is-default-class': 'true' } : {} },
  provisioner,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate'
});

const known = (...items: StorageClass[]) => ({ known: true, items }) as const;

it.each([
  [100, null, 100],
  [100, 80, 100],
  [100, 120, 120]
])('source of %d bytes, restoreSize %p: %d bytes', (bytes, restoreSize, expected) => {
  expect(cloneShape({ ...SOURCE, bytes }, restoreSize, known(one('fast')))).toMatchObject({ bytes: expected });
});

it('takes the source’s class, or where that is gone another of its driver, the default before others', () => {
  const classOf = (...items: StorageClass[]): unknown => cloneShape(SOURCE, null, known(...items));
  expect(classOf(one('a'), one('fast'))).toMatchObject({ storageClass: 'fast' });
  expect(classOf(one('a'), one('b', 'cow', true))).toMatchObject({ storageClass: 'b' });
  expect(classOf(one('fast', 'other'), one('a'))).toMatchObject({ storageClass: 'a' });
});

it('relies on the source’s class where classes can’t be read', () => {
  const unread = { known: false, why: 'forbidden' } as const;
  expect(cloneShape(SOURCE, null, unread)).toMatchObject({ storageClass: 'fast' });
});

it('is writable also where the source is not', () => {
  const modes = (...accessModes: string[]): unknown => cloneShape({ ...SOURCE, accessModes }, null, known(one('fast')));
  expect(modes('ReadOnlyMany')).toMatchObject({ accessModes: ['ReadWriteOnce'] });
  expect(modes('ReadOnlyMany', 'ReadWriteMany')).toMatchObject({ accessModes: ['ReadWriteMany'] });
});

it('says why there is none', () => {
  expect(cloneShape(SOURCE, null, known(one('a', 'other')))).toMatchObject({
    possible: false,
    reason: 'No StorageClass exists for its driver, cow.'
  });
  expect(cloneShape({ ...SOURCE, bytes: 0 }, null, known(one('fast')))).toMatchObject({ possible: false });
});
