/** The ways to restore with their cost and risk in words, and which of them are possible here. Pure. */
import { durationWords } from '../../durationWords';
import type { ControllerStrategy, StatusPlan } from '../../providers/kubernetes/volumeRestore';
import type { PlanScene } from './planScene';

/** What the options depend on. */
type OptionScene = Pick<PlanScene, 'restore' | 'strategies' | 'missingRights' | 'undoDays'> &
  Partial<Pick<PlanScene, 'claim'>>;

type PlanOption = StatusPlan['options'][number];

const DAY_MS = 86_400_000;

/** The chosen one first. */
export function restoreOptions(scene: OptionScene, chosen: ControllerStrategy): PlanOption[] {
  const all = [
    ...(['swap', 'copy', 'files'] as const).map(strategy => controllerOption(scene, strategy)),
    cloneOption(scene)
  ];
  return [...all.filter(({ strategy }) => strategy === chosen), ...all.filter(({ strategy }) => strategy !== chosen)];
}

/** What was asked for, or what an undo needs; else `swap` where it is possible, else `copy`. */
export function chosenStrategy(scene: PlanScene): ControllerStrategy {
  const { restore, undone } = scene;
  if (restore.spec.undoOf !== undefined) {
    return undone?.status.strategy === 'copy' ? 'copy' : 'swap';
  }
  return restore.spec.strategy ?? (whyNot(scene, 'swap') !== null && whyNot(scene, 'copy') === null ? 'copy' : 'swap');
}

/** Why a way is not possible, as a blocker says it. */
interface WhyNot {
  readonly kind: 'missing-right' | 'volume-mode';
  readonly reason: string;
  readonly fix: string;
}

/** Why a way is not possible in this cluster, or for this claim, at all; null: it is. */
export function whyNot(
  { strategies, missingRights, claim = null }: Omit<OptionScene, 'restore' | 'undoDays'>,
  strategy: ControllerStrategy
): WhyNot | null {
  if (!strategies.includes(strategy)) {
    return {
      kind: 'missing-right',
      reason: `This controller can’t restore by ${strategy}.`,
      fix: 'Choose another way.'
    };
  }
  if (claim?.claim.spec.volumeMode === 'Block' && strategy !== 'swap') {
    return {
      kind: 'volume-mode',
      reason: `${claim.claim.metadata.name} is a block device: it has no files that could be copied.`,
      fix: 'Restore it by swap, or clone the snapshot.'
    };
  }
  const missing = [...missingRights.reading, ...missingRights.strategies[strategy]];
  return missing.length === 0
    ? null
    : {
        kind: 'missing-right',
        reason: `The controller’s account lacks the right to ${missing.join(', ')}.`,
        fix: 'An admin can grant it: kubectl apply -f deploy/controller/rbac.yaml'
      };
}

function controllerOption(scene: OptionScene, strategy: ControllerStrategy): PlanOption {
  const not = whyNot(scene, strategy);
  return {
    strategy,
    available: not === null,
    reason: not?.reason ?? '',
    fix: not?.fix ?? '',
    ...wordsOf(scene)[strategy]
  };
}

function cloneOption({ restore: { spec } }: OptionScene): PlanOption {
  return {
    strategy: 'clone',
    available: spec.snapshotName !== undefined,
    reason: spec.snapshotName === undefined ? 'An undo has no snapshot to clone.' : '',
    fix: '',
    cost: 'A second volume of the same size; nothing stops.',
    risk: `${spec.claimName} stays as it is.`
  };
}

function wordsOf({
  restore: { spec },
  undoDays
}: OptionScene): Readonly<Record<ControllerStrategy, Pick<PlanOption, 'cost' | 'risk'>>> {
  const { claimName } = spec;
  const kept = undoDays >= 2 ? `${Math.floor(undoDays)} days` : durationWords(undoDays * DAY_MS);
  return {
    swap: {
      cost: `Seconds while the server is stopped; both volumes are kept for ${kept}.`,
      risk: `${claimName} gets another volume. The present one is kept as it is and can come back.`
    },
    copy: {
      cost: 'The server is stopped while all changed files are copied.',
      risk: `The files of ${claimName} are overwritten. A snapshot of the present is made first.`
    },
    files: {
      cost: 'Space for the chosen files; nothing stops.',
      risk: 'They are written to a new folder beside, never over.'
    }
  };
}

/** What happens, in order: one per phase of work. */
export function stepTexts(strategy: ControllerStrategy, { restore: { spec } }: Pick<PlanScene, 'restore'>): string[] {
  const { claimName, requester, undoOf, paths = [] } = spec;
  const stop = requester === undefined ? `Wait until nothing uses ${claimName}` : 'Stop your server';
  switch (strategy) {
    case 'swap':
      return [
        undoOf === undefined ? 'Make and check the restored volume' : 'Check the kept volume',
        stop,
        `Keep ${claimName} as it is now`,
        'Swap it in',
        'Check the result'
      ];
    case 'copy':
      return [
        'Make the snapshot readable',
        stop,
        `Take a safety snapshot of ${claimName}`,
        'Copy the files',
        'Check the result'
      ];
    case 'files':
      return [
        'Make the snapshot readable',
        `Copy ${paths.length === 1 ? 'one path' : `${paths.length} paths`} to a new folder`,
        'Check the copied files'
      ];
  }
}
