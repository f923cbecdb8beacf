import { sampleClone, sampleVolume } from '../../testing/sampleObjects';
import { wantedData } from './reproductionData';

const known = {
  volumes: [sampleVolume({ mountPath: '/home/ann' })],
  clones: [sampleClone({ path: '/clones/sweep' })],
  mounted: new Map()
};

test.each(['/home/ann', '/home/ann/data', '/clones/sweep'])('%s is in a volume or a clone, and is taken', path => {
  expect(wantedData([], [{ volume: 'home', path }], known)).toEqual([
    { kind: 'given', given: { volume: 'home', path } }
  ]);
});

test.each(['/home/ann2', '/home', '/', '/clones/sweep-2/data', '/home/ann/../bob', 'home/ann', '/etc'])(
  '%s is in none, and is refused',
  path => {
    expect(() => wantedData([], [{ volume: 'home', path }], known)).toThrow(`${path} is in no volume and no clone`);
  }
);

test('a run without a snapshot has no data that could be brought back', () => {
  expect(() => wantedData([], [], known)).toThrow('The run names no snapshot');
});
