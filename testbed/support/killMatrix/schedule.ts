// Which faults strike when. The seed chooses which restore's step they follow, by how much, and whom they strike.
import type { ControllerStrategy, RestorePhase } from '../../../server/src/providers/kubernetes/volumeRestore';
import type { Fault } from './faults';
import type { Random } from './random';

/** Restores at once. */
export const AT_ONCE = 10;

export interface Strike {
  readonly fault: Fault;
  /** When so many restores, or the one that it strikes, have come to this phase, and so many ms later. */
  readonly at: RestorePhase;
  readonly count: number;
  readonly delayMs: number;
  /** Indices of the restores that it strikes; null: of all. */
  readonly whom: readonly number[] | null;
}

export interface Round {
  readonly title: string;
  readonly strikes: readonly Strike[];
  /** The gap between two claims of one name lasts, and the controller is killed in it. */
  readonly longGap?: boolean;
  /** Undoes the restores of the rounds before instead. */
  readonly undo?: boolean;
}

/** As it stands below: the fault, its phase, the longest delay, and how many restores it strikes, where it strikes one by one. */
type Line = readonly [fault: Fault, at: RestorePhase, withinMs: number, how?: number];

const KILL = 'kill -9 of the controller';
const API = 'restart of the API server';

const FOREIGN: readonly Line[] = [
  ['foreign claim: same', 'Securing', 50, 2],
  ['foreign claim: larger', 'Securing', 50, 2],
  ['foreign claim: other mode', 'Securing', 50, 2],
  ['foreign claim: other class', 'Securing', 50, 2],
  ['foreign claim: first consumer', 'Securing', 50, 2]
];
/** Where claims keep their names it is the one made for the restore that somebody else has made. */
const FOREIGN_TEMPORARY = FOREIGN.map(([fault]): Line => [fault, 'Planned', 0, 1]);

interface Plan {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly longGap?: boolean;
  readonly undo?: boolean;
}

const SWAP: readonly Plan[] = [
  {
    title: 'the controller killed in each phase',
    lines: [
      [KILL, 'Planning', 100],
      [KILL, 'Planned', 200],
      [KILL, 'Preparing', 3_000],
      [KILL, 'WaitingForRelease', 200],
      [KILL, 'Securing', 100],
      [KILL, 'Restoring', 50],
      [KILL, 'Restoring', 300],
      [KILL, 'Verifying', 100]
    ]
  },
  {
    title: 'storage and cluster in trouble',
    lines: [
      ['driver fails', 'Preparing', 300],
      ['check pod deleted', 'Preparing', 1_500, 5],
      [API, 'Preparing', 2_000],
      [API, 'Securing', 200],
      ['quota full', 'Securing', 300],
      ['snapshot deleted', 'Securing', 100, 2]
    ]
  },
  {
    title: 'others at work',
    lines: [
      ['server started', 'Planned', 300, 2],
      ['server started', 'Preparing', 2_000, 3],
      ['server started', 'WaitingForRelease', 200, 3],
      ['server started', 'Securing', 200, 3],
      ['server started', 'Restoring', 100, 3],
      ['snapshot deleted', 'Preparing', 1_500, 3],
      ...FOREIGN,
      [KILL, 'Restoring', 100]
    ]
  },
  {
    title: 'a long gap between the claims',
    longGap: true,
    lines: [['server started', 'Restoring', 500, 4], ...FOREIGN.map(([fault]): Line => [fault, 'Restoring', 0, 2])]
  },
  {
    title: 'undo',
    undo: true,
    lines: [
      [KILL, 'Preparing', 1_500],
      ['check pod deleted', 'Preparing', 1_000, 4],
      ['server started', 'Restoring', 100, 4],
      ...FOREIGN,
      [KILL, 'Securing', 200],
      [KILL, 'Restoring', 200]
    ]
  }
];

const COPY: readonly Plan[] = [
  {
    title: 'the controller killed in each phase',
    lines: [
      [KILL, 'Planning', 100],
      [KILL, 'Planned', 200],
      [KILL, 'Preparing', 3_000],
      [KILL, 'WaitingForRelease', 300],
      [KILL, 'Securing', 500],
      [KILL, 'Restoring', 200],
      [KILL, 'Restoring', 3_000],
      [KILL, 'Verifying', 100],
      ['Job’s pod deleted', 'Restoring', 1_500, 4]
    ]
  },
  {
    title: 'storage and cluster in trouble',
    lines: [
      ['driver fails', 'Preparing', 300],
      ['check pod deleted', 'Preparing', 1_500, 4],
      ['driver fails', 'Securing', 200],
      [API, 'Restoring', 1_500],
      ['quota full', 'Securing', 1_500],
      ['Job deleted', 'Restoring', 2_000, 4]
    ]
  },
  {
    title: 'others at work',
    lines: [
      ['server started', 'Preparing', 2_000, 2],
      ['server started', 'WaitingForRelease', 200, 3],
      ['server started', 'Securing', 300, 3],
      ['server started', 'Restoring', 1_500, 3],
      ['snapshot deleted', 'Preparing', 1_500, 2],
      ['snapshot deleted', 'Restoring', 500, 4],
      ['Job deleted', 'Restoring', 1_500, 3],
      ...FOREIGN_TEMPORARY,
      [KILL, 'Restoring', 1_000]
    ]
  },
  {
    title: 'undo',
    undo: true,
    lines: [
      [KILL, 'Preparing', 1_500],
      [KILL, 'Securing', 500],
      ['Job deleted', 'Restoring', 1_500, 3],
      ['server started', 'Restoring', 1_000, 3],
      [KILL, 'Restoring', 2_000]
    ]
  }
];

const FILES: readonly Plan[] = [
  {
    title: 'the controller killed in each phase',
    lines: [
      [KILL, 'Planning', 100],
      [KILL, 'Planned', 200],
      [KILL, 'Preparing', 500],
      [KILL, 'Restoring', 200],
      [KILL, 'Restoring', 3_000],
      [KILL, 'Verifying', 100],
      ['Job’s pod deleted', 'Restoring', 1_500, 4]
    ]
  },
  {
    title: 'others at work, and a cluster in trouble',
    lines: [
      ['driver fails', 'Planned', 500],
      [API, 'Restoring', 1_000],
      ['quota full', 'Restoring', 300],
      ['Job deleted', 'Restoring', 300, 6],
      ['server started', 'Preparing', 300, 3],
      ['server started', 'Restoring', 500, 3],
      ['snapshot deleted', 'Preparing', 300, 2],
      ['snapshot deleted', 'Restoring', 300, 2],
      ...FOREIGN_TEMPORARY,
      [KILL, 'Restoring', 2_000]
    ]
  }
];

const PLANS: Readonly<Record<ControllerStrategy, readonly Plan[]>> = { swap: SWAP, copy: COPY, files: FILES };

/** The rounds of a strategy, in their order. */
export const roundsOf = (strategy: ControllerStrategy, random: Random): Round[] =>
  PLANS[strategy].map(({ lines, ...round }) => ({ ...round, strikes: lines.map(line => strikeOf(line, random)) }));

/** One round more, with nothing but these faults: what met no restore in its own round, as another fault had ended them. */
export const roundOf = (strategy: ControllerStrategy, faults: readonly Fault[], random: Random): Round => ({
  title: `once more: ${faults.join(', ')}`,
  strikes: faults.flatMap(fault => {
    const lines = PLANS[strategy].flatMap(plan => plan.lines).filter(([one]) => one === fault);
    return lines.slice(0, 1).map(line => strikeOf(line, random));
  })
});

const strikeOf = ([fault, at, withinMs, how]: Line, random: Random): Strike => ({
  fault,
  at,
  count: 1 + random.below(AT_ONCE - 1),
  delayMs: random.below(withinMs + 1),
  whom: how === undefined ? null : random.shuffled([...Array(AT_ONCE).keys()]).slice(0, how)
});
