/** Why the state of a mirror rules out that a transfer is asked for. Pure. */
import type { Capability, MirrorState } from '../../../../contract';

type Unavailable = Extract<Capability, { available: false }>;

const RESYNC = 'Whoever may resync the mirror can let it replicate again.';
const WAIT = 'Wait until it is done.';
const REPAIR = 'Ask whoever set the mirror up to look at it.';

const WHY: Partial<Record<MirrorState, Omit<Unavailable, 'available'>>> = {
  'not-reconciled': { reason: 'Nobody has told its state yet.', fix: 'Wait until it is told.' },
  establishing: { reason: 'It is being set up, and its first transfer runs or comes by itself.', fix: WAIT },
  'in-sync': {
    reason: 'It is kept in sync all the time, so there is nothing to update.',
    fix: 'Nothing needs to be done.'
  },
  'out-of-sync': { reason: 'It is to be kept in sync, and ONTAP brings it back by itself.', fix: REPAIR },
  synchronizing: { reason: 'It is being brought in sync.', fix: WAIT },
  paused: { reason: 'It is paused.', fix: 'Ask whoever paused it to resume it.' },
  expanding: { reason: 'Its consistency group is being made larger.', fix: WAIT },
  shrinking: { reason: 'Its consistency group is being made smaller.', fix: WAIT },
  reestablishing: { reason: 'It is being resynchronized.', fix: WAIT },
  promoting: { reason: 'It is being promoted, and replication ends.', fix: RESYNC },
  promoted: { reason: 'It is promoted, so nothing is replicated any more.', fix: RESYNC },
  'broken-off': { reason: 'It is broken off, often on purpose, so nothing is replicated any more.', fix: RESYNC },
  released: { reason: 'It is being deleted.', fix: 'Ask whoever deleted it.' },
  failed: { reason: 'Trident tells that an operation on it failed.', fix: REPAIR },
  invalid: { reason: 'Trident tells that it can’t work as it is described.', fix: REPAIR }
};

/** null: the state does not rule it out. A state that Datamark does not know is left to the storage to judge. */
export function updateRefusal(state: MirrorState): Unavailable | null {
  const why = WHY[state];
  return why === undefined ? null : { available: false, ...why };
}
