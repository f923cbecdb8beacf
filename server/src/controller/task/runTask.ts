/** The program of the controller's pods: does what its arguments say with the volumes that are mounted, and answers. */
import { readdirSync, writeFileSync } from 'node:fs';
import { copyPaths } from './copyPaths';
import { copyTree } from './copyTree';
import { countTrees } from './countTrees';
import { rsyncTrouble } from './rsyncTrouble';
import { runSync } from './runRsync';
import { ANSWER_FILE, answerText, readOrder, SOURCE, TARGET, type TaskAnswer, type TaskOrder } from './taskOrder';

/** Exit code of a task that was refused: trying again would change nothing. */
const REFUSED = 3;

/** `answerFile`: of tests. */
export async function runTask(
  args: readonly string[],
  { source = SOURCE, target = TARGET, answerFile = ANSWER_FILE } = {}
): Promise<number> {
  const answer = await carryOut(readOrder(args), { source, target });
  writeFileSync(answerFile, answerText(answer));
  return answer.result === 'refused' ? REFUSED : 0;
}

async function carryOut(order: TaskOrder, trees: { source: string; target: string }): Promise<TaskAnswer> {
  switch (order.task) {
    case 'copy':
      return copyTree(trees);
    case 'files':
      return copyPaths({ ...trees, ...order });
    case 'look':
      readdirSync(trees.source);
      return { result: 'looked' };
    case 'flush':
      return flush(trees.source);
    case 'count':
      return countTrees({ ...trees, seconds: order.seconds });
  }
}

async function flush(folder: string): Promise<TaskAnswer> {
  const synced = await runSync(folder);
  return synced.code === 0 ? { result: 'flushed' } : rsyncTrouble(synced, false, 'The storage did not take them');
}
