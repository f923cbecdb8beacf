import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTask } from './runTask';
import { orderArguments, readAnswer } from './taskOrder';
import { TwoTrees } from './testing/twoTrees';

let trees: TwoTrees;

beforeEach(() => (trees = new TwoTrees()));
afterEach(() => trees.remove());

const flush = async (source: string) => {
  const answerFile = join(trees.target, 'answer');
  const code = await runTask(orderArguments({ task: 'flush' }), { source, target: trees.target, answerFile });
  return { code, answer: readAnswer(readFileSync(answerFile, 'utf8')) };
};

test('says that what was written is on the storage', async () => {
  trees.sh('echo late > source/file');

  expect(await flush(trees.source)).toEqual({ code: 0, answer: { result: 'flushed' } });
});

test('refuses where it can’t know', async () => {
  const { code, answer } = await flush(join(trees.source, 'not there'));

  expect(code).toBe(3);
  expect(answer).toMatchObject({ result: 'refused', problem: 'storage-failed', written: false });
  expect(answer).toHaveProperty('detail', expect.stringMatching(/^The storage did not take them: .*No such file/));
});
