// All ways to restore side by side, each in a namespace with a controller of its own: what strikes the cluster strikes all.
import { allOf } from './allOf';
import type { Matrix } from './matrix';

/** Round by round: while volumes are made ready, and while they are looked at, nothing strikes anybody. */
export async function flyTogether(matrices: readonly Matrix[]): Promise<void> {
  for (;;) {
    const flying = matrices.flatMap(matrix => {
      const round = matrix.next();
      return round === null ? [] : [{ matrix, round }];
    });
    if (flying.length === 0) {
      return;
    }
    const begun = await allOf(flying.map(async ({ matrix, round }) => ({ matrix, round: await matrix.begin(round) })));
    await allOf(begun.map(({ matrix, round }) => matrix.fly(round)));
    await allOf(begun.map(({ matrix, round }) => matrix.judge(round)));
  }
}
