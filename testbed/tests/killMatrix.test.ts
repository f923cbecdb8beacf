// Restores that cannot lose data: ten at once of each way to restore, of ten small claims, while controllers are killed and
// everything else goes wrong, at each phase and at any time. `make soak` runs more of it, with other seeds.
import type { ControllerStrategy } from '../../server/src/providers/kubernetes/volumeRestore';
import { bed, type Bed } from '../support/bed';
import { describeOnBed } from '../support/describeOnBed';
import { CloneFlights } from '../support/killMatrix/cloneFlights';
import { ClusterFaults } from '../support/killMatrix/clusterFaults';
import type { Flight } from '../support/killMatrix/flights';
import { HELD, Matrix } from '../support/killMatrix/matrix';
import { report } from '../support/killMatrix/report';
import type { KillMatrixRow } from '../support/killMatrix/row';
import { flyTogether } from '../support/killMatrix/together';
import { undoable } from '../support/killMatrix/undoable';
import { VolumeBytes } from '../support/killMatrix/volumeBytes';
import { RestoreScene } from '../support/restoreScene';

const SEED = Number(process.env.DATAMARK_SOAK_SEED ?? 5);
const ROUNDS = Number(process.env.DATAMARK_SOAK_ROUNDS ?? 1);
const ALL: readonly ControllerStrategy[] = ['swap', 'copy', 'files'];
/** For trying one alone. */
const STRATEGIES = (process.env.DATAMARK_SOAK_STRATEGIES ?? ALL.join(' ')).split(' ') as ControllerStrategy[];
const LEAST_HITS = STRATEGIES.length === ALL.length ? 200 : 60;
const seeds = [...Array(ROUNDS).keys()].map(round => SEED + round);

test('a restore is undone where none of its claim came after it, also none that has no end', () => {
  const flight = (name: string, claim: string): Flight => {
    const notes = { source: { snapshot: `${claim}.before` }, target: 'before', origin: 'after' };
    return { name, claim, strategy: 'copy', ...notes };
  };
  const restored = (flown: Flight) => ({ flight: flown, ending: 'restored', phase: 'Succeeded', losses: [] }) as const;
  const [first, other, endless] = [flight('a.1', 'a'), flight('b.1', 'b'), flight('a.2', 'a')];
  const rounds = [
    { all: [first, other], verdicts: [restored(first), restored(other)] },
    { all: [endless], verdicts: [] }
  ];
  expect(undoable(rounds.slice(0, 1))).toEqual([first, other]);
  expect(undoable(rounds)).toEqual([other]);
});

describeOnBed('restores under faults', () => {
  describe.each(seeds)('seed %i', seed => {
    const started = performance.now();
    const theBed = bed as Bed;
    let scene: RestoreScene;
    let matrices: readonly Matrix[] = [];
    let clones: CloneFlights;
    let settled: Promise<unknown>;

    beforeAll(async () => {
      const bytes = new VolumeBytes(theBed);
      scene = await RestoreScene.open('matrix', { start: false });
      const cluster = new ClusterFaults(scene.cluster, theBed, bytes);
      const settings = { passingFinalizers: [HELD] };
      matrices = await Promise.all(
        STRATEGIES.map(async strategy => {
          const own = await scene.openBeside(`matrix-${strategy}`, { settings });
          return new Matrix(own, { strategy, cluster, bytes, seed: seed + 1_000 * ALL.indexOf(strategy) });
        })
      );
      clones = await CloneFlights.open(scene.cluster, theBed, bytes, seed);
    }, 240_000);
    afterAll(async () => {
      await Promise.all(matrices.map(matrix => matrix.stop()));
      await clones?.remove();
      await scene?.remove();
    }, 240_000);

    const matrixOf = (strategy: ControllerStrategy) => matrices.find(matrix => matrix.strategy === strategy);
    const rows = (): KillMatrixRow[] => [...matrices.flatMap(matrix => matrix.rows()), ...clones.rows()];

    test(`${STRATEGIES.join(', ')} side by side: faults strike the restores of each round`, async () => {
      await flyTogether(matrices);
      expect(matrices.flatMap(matrix => matrix.idle())).toEqual([]);
    }, 840_000);

    test.each(STRATEGIES)('%s: each volume holds what its restore says, and the other state is kept', strategy => {
      expect(matrixOf(strategy)?.troubles()).toEqual([]);
    });

    test('clone: each is there once, whole, or refused, and its source is as it was', async () => {
      // Volumes get their policies back a minute after the last swap: meanwhile.
      settled = Promise.all(matrices.map(matrix => matrix.settle()));
      await clones.fly();
      expect(clones.troubles()).toEqual([]);
    }, 240_000);

    test('nothing is left behind: no claim, volume, pod, Job, lock or closed gate', async () => {
      await settled;
      expect(matrices.flatMap(matrix => matrix.troubles())).toEqual([]);
    }, 240_000);

    test('every fault has struck every way to restore that it can, many times, and nothing was lost', async () => {
      const told = rows();
      await report('datamark', { who: 'Datamark', seed, seconds: (performance.now() - started) / 1000, rows: told });
      const missing = [
        ...matrices.flatMap(matrix => matrix.missing().map(fault => `${matrix.strategy}: ${fault}`)),
        ...clones.missing().map(fault => `clone: ${fault}`)
      ];
      const sum = (of: (row: KillMatrixRow) => number): number => told.reduce((total, row) => total + of(row), 0);
      expect(sum(({ lost }) => lost)).toBe(0);
      expect(sum(({ leftBehind }) => leftBehind)).toBe(0);
      expect(missing).toEqual([]);
      expect(sum(({ hits }) => hits)).toBeGreaterThanOrEqual(LEAST_HITS);
    });
  });
});
