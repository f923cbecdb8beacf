import { makeRoom } from './makeRoom';
import { TwoTrees } from './testing/twoTrees';

let trees: TwoTrees;

beforeEach(() => (trees = new TwoTrees()));
afterEach(() => trees.remove());

test('removes the files that are to be replaced, whatever their names, and no others', () => {
  trees.sh(`mkdir -p source/a source/lost+found; cp -r source/. target
    for name in same larger newer; do echo 1 > source/a/$name; cp -p source/a/$name target/a; done
    echo 22 > target/a/larger; touch -d '2001-02-03' target/a/newer
    for name in 'new
line' "$(printf 'not \\377 text')"; do echo 1 > "source/$name"; echo 22 > "target/$name"; done
    echo 1 > target/mine; ln -s a source/link; ln -s b target/link
    echo 1 > source/lost+found/x; echo 22 > target/lost+found/x`);

  makeRoom({ source: trees.source, target: trees.target, left: ['lost+found'] });

  expect(trees.sh("cd target; find . -printf '%P\\n' | LC_ALL=C sort")).toBe(
    '\na\na/same\nlink\nlost+found\nlost+found/x\nmine\n'
  );
});
