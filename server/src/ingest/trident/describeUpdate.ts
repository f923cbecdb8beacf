/** What a TridentActionMirrorUpdate tells of a transfer that was asked for. Pure. */
import type { Capability, MirrorUpdate } from '../../../../contract';
import { instantOf } from '../../providers/kubernetes/objectMarks';
import { TRIDENT_FINALIZER, type MirrorUpdateAction } from './tridentObjects';

export interface UpdateView {
  /** Made by this server or another one of the same owner. */
  readonly isOurs: boolean;
  readonly mayDelete: Capability;
}

/** `alreadyRunning` is false: no object tells it. */
export function describeUpdate(action: MirrorUpdateAction, view: UpdateView): MirrorUpdate {
  const { metadata, status } = action;
  const { state, reason } = standOf(action);
  return {
    id: metadata.name,
    state,
    askedAt: instantOf(metadata.creationTimestamp, new Date(0).toISOString()),
    endedAt: isOver(state) ? readInstant(status.completionTime) : null,
    alreadyRunning: false,
    cancel: cancelOf(state, view),
    reasons: reason === null ? [] : [{ message: reason, code: null }]
  };
}

/** Whether Trident has it before it or works on it. */
export const isUnderWay = (action: MirrorUpdateAction): boolean => !isOver(standOf(action).state);

/** An instant of the contract; null for what is none. */
export function readInstant(text: string): string | null {
  const at = new Date(text);
  return text === '' || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

const isOver = (state: MirrorUpdate['state']): boolean => state !== 'queued' && state !== 'running';

/** Trident writes `In progress` and its documentation `In Progress`: case does not count. */
function standOf({ metadata, status }: MirrorUpdateAction): { state: MirrorUpdate['state']; reason: string | null } {
  const word = status.state.trim();
  switch (word.toLowerCase()) {
    case '':
      return { state: metadata.finalizers.includes(TRIDENT_FINALIZER) ? 'running' : 'queued', reason: null };
    case 'in progress':
      return { state: 'running', reason: null };
    case 'succeeded':
      return { state: 'succeeded', reason: null };
    case 'failed':
      return { state: 'failed', reason: status.message || 'Trident tells no reason.' };
    default: {
      const known = `Trident tells the state “${word}”, which Datamark does not know`;
      return status.completionTime === ''
        ? { state: 'running', reason: `${known}.` }
        : { state: 'failed', reason: `${known}: whether data arrived isn’t known.` };
    }
  }
}

function cancelOf(state: MirrorUpdate['state'], { isOurs, mayDelete }: UpdateView): Capability {
  if (isOver(state)) {
    return { available: false, reason: 'It is over.', fix: 'Nothing needs to be done.' };
  }
  if (state === 'running') {
    return {
      available: false,
      reason: 'Trident can’t end a transfer that it has begun.',
      fix: 'Wait until it is over, or ask an admin of ONTAP to abort the transfer there.'
    };
  }
  return isOurs
    ? mayDelete
    : { available: false, reason: 'Somebody else asked for it.', fix: 'Ask them, or wait until it is over.' };
}
