import { countTrees } from './countTrees';
import { TwoTrees } from './testing/twoTrees';

let trees: TwoTrees;

beforeEach(() => (trees = new TwoTrees()));
afterEach(() => trees.remove());

const count = (seconds = 60) => countTrees({ source: trees.source, target: trees.target, seconds });

test('counts what goes back, comes back and goes away, in files and bytes', () => {
  trees.sh('mkdir -p source/same source/gone/deep; echo same > source/same/file; echo 12345 > source/gone/deep/file');
  trees.sh('echo before > source/changed; echo x > source/became-directory');
  trees.sh('cp -a source/same target/; echo after! > target/changed; mkdir -p target/new target/became-directory');
  trees.sh('echo 12 > target/new/file; echo 1 > target/became-directory/a; echo 2 > target/became-directory/b');

  expect(count()).toEqual({
    result: 'counted',
    reverted: { files: 1, bytes: 7 },
    returned: { files: 2, bytes: 8 },
    removed: { files: 3, bytes: 7 }
  });
});

test('gives up when the time is over', () => {
  trees.sh('i=0; while [ $i -lt 600 ]; do : > source/$i; i=$((i + 1)); done');

  expect(count(0)).toMatchObject({ result: 'refused', detail: 'Counting took longer than 0 s.' });
});
