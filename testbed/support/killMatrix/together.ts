// All ways to restore side by side, each in a namespace with a controller of its own: what strikes the cluster strikes all.
import { allOf } from './allOf';
import type { Matrix } from './matrix';

/** Round by round: while volumes are made ready, and while they are looked at, nothing strikes anybody. */
export async function flyTogether(matrices: readonly Matrix[]): Promise<void> {
  const rounds = Math.max(...matrices.map(matrix => matrix.rounds));
  for (let index = 0; index < rounds; index++) {
    const flying = matrices.filter(matrix => index < matrix.rounds);
    const begun = await allOf(flying.map(async matrix => ({ matrix, round: await matrix.begin(index) })));
    await allOf(begun.map(({ matrix, round }) => matrix.fly(round)));
    await allOf(begun.map(({ matrix, round }) => matrix.judge(round)));
  }
}
