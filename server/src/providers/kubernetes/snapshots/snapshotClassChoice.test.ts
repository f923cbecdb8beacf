/** Which class a snapshot gets, or in which words there is none to take. */
import type { VolumeSnapshotClass } from '../resources';
import { chooseSnapshotClass } from './snapshotClassChoice';

const one = (name: string, isDefault = false, driver = 'cow'): VolumeSnapshotClass => ({
  metadata: {
    name,
    annotations: isDefault ? { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } : {}
  },
  driver,
  deletionPolicy: 'Delete'
});

const choose = (
  items: VolumeSnapshotClass[],
  { driver = 'cow' as string | null, configured = null as string | null } = {}
): unknown => {
  const choice = chooseSnapshotClass({ classes: { known: true, items }, driver, configured });
  return choice.possible ? choice.name : choice.reason;
};

it('the default of the volume’s own driver', () => {
  expect(choose([one('a'), one('b', true), one('c', true, 'other')])).toBe('b');
});

it('the only one of the driver, where none is the default', () => {
  expect(choose([one('a'), one('c', true, 'other')])).toBe('a');
});

it('left to the cluster where the driver or the classes are not known', () => {
  expect(choose([one('a', true)], { driver: null })).toBeNull();
  expect(chooseSnapshotClass({ classes: { known: false, why: 'forbidden' }, driver: 'cow', configured: null })).toEqual(
    { possible: true, name: null, deletionPolicy: null }
  );
});

it('the configured one, whatever is the default', () => {
  expect(choose([one('a', true), one('b')], { configured: 'b' })).toBe('b');
});

it.each([
  [[], {}, 'No VolumeSnapshotClass exists for its driver, cow.'],
  [[one('a'), one('b')], {}, 'Several VolumeSnapshotClasses fit cow and none is marked as default: a, b.'],
  [[one('b', true), one('a', true)], {}, 'Several VolumeSnapshotClasses of cow are marked as default: a, b.'],
  [[one('a', true)], { configured: 'gone' }, 'The configured VolumeSnapshotClass gone does not exist.'],
  [
    [one('a', true), one('x', false, 'other')],
    { configured: 'x' },
    'The configured VolumeSnapshotClass x is of the driver other, not of cow.'
  ]
])('none, in words (%#)', (classes, options, reason) => {
  expect(choose(classes, options)).toBe(reason);
});

it('none where the cluster has no VolumeSnapshots at all', () => {
  expect(
    chooseSnapshotClass({ classes: { known: false, why: 'absent' }, driver: 'cow', configured: null })
  ).toMatchObject({ possible: false, reason: 'This cluster has no VolumeSnapshots.' });
});
