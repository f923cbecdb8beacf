/** What a TridentMirrorRelationship tells of a mirror, and what can be asked of it. Pure. */
import type { Capability, Mirror, MirrorHealth, MirrorState, MirrorUpdate } from '../../../../contract';
import { stateOfTrident } from '../model/mirrorStates';
import { toldWords } from '../model/timeWords';
import type { TridentMirror } from '../model/tridentMirror';
import { updateRefusal } from '../model/updateRefusal';
import { readInstant } from './describeUpdate';
import { claimOf, type MirrorRelationship } from './tridentObjects';

/** What the account may do, as far as rights go. */
export interface TridentAbilities {
  readonly update: Capability;
  readonly patch: Capability;
}

export interface MirrorView {
  readonly volumeName: string;
  readonly update: MirrorUpdate | null;
  readonly may: TridentAbilities;
  /** Name of the VolumeSnapshot with that handle; null: nothing tells it. */
  readonly snapshotOf: (handle: string) => string | null;
}

type Conditions = MirrorRelationship['status']['conditions'];

const NOTHING_TOLD: Conditions[number] = {
  state: '',
  message: '',
  lastTransitionTime: '',
  observedGeneration: null,
  localVolumeHandle: '',
  remoteVolumeHandle: '',
  replicationPolicy: '',
  replicationSchedule: ''
};

/** A relationship as it is in the cluster. */
export function describeMirror(object: MirrorRelationship, view: MirrorView): TridentMirror {
  const { metadata, spec } = object;
  const told = object.status.conditions[0] ?? NOTHING_TOLD;
  const state = stateOfTrident(told.state);
  const toldAt = readInstant(told.lastTransitionTime);
  const policy = told.replicationPolicy || spec.replicationPolicy;
  const schedule = told.replicationSchedule || spec.replicationSchedule;
  const pending = pendingWords(object, told, state);
  const mirror: Mirror = {
    kind: 'mirror',
    id: metadata.name,
    uid: metadata.uid,
    volume: claimOf(object),
    volumeName: view.volumeName,
    from: sourceOf(object) || null,
    to: told.localVolumeHandle || null,
    state,
    stateAsTold: told.state || null,
    toldBy: 'trident',
    toldAt,
    hint: sentences(stateWords(state, told.state, toldAt), pending, promotedWords(object, view)),
    health: healthOf(state, told),
    data: { known: false, reason: 'Trident does not tell how old the data is; ONTAP would.', snapshot: null },
    policy: policy === '' ? null : { name: policy, type: null },
    schedule: schedule === '' ? null : { name: schedule, everySeconds: null, nextAt: null },
    lastTransfer: null,
    transfer: null,
    update: view.update,
    seen: null,
    guard: null,
    can: {
      update: mayUpdate(object, state, policy, view),
      promote: mayPromote(object, state, view),
      resync: mayResync(object, state, view)
    }
  };
  return { mirror, pending };
}

const sourceOf = (object: MirrorRelationship): string =>
  object.status.conditions[0]?.remoteVolumeHandle || (object.spec.volumeMappings[0]?.remoteVolumeHandle ?? '');

function stateWords(state: MirrorState, word: string, toldAt: string | null): string | null {
  switch (state) {
    case 'mirrored':
      return toldWords(state, word, toldAt);
    case 'promoted':
      return `${toldWords(state, word, toldAt)} It tells this also when ONTAP did not answer it.`;
    case 'not-reconciled':
      return 'Trident tells no state: it has not looked yet, or ONTAP told one that it has no word for, for example paused.';
    case 'unknown':
      return `Datamark does not know what Trident means by the state “${word}”.`;
    case 'failed':
    case 'invalid':
      return 'Trident tries again only after its TridentMirrorRelationship was edited.';
    default:
      return null;
  }
}

const sentences = (...words: (string | null)[]): string | null => words.filter(one => one !== null).join(' ') || null;

/** Which snapshot a promotion is to end with, where one was named: it may have to arrive first. */
function promotedWords({ spec }: MirrorRelationship, { snapshotOf }: MirrorView): string | null {
  const handle = spec.volumeMappings[0]?.promotedSnapshotHandle ?? '';
  if (handle === '' || spec.state.toLowerCase() !== 'promoted') {
    return null;
  }
  const name = snapshotOf(handle);
  return `Promotion is asked for at the snapshot ${name === null ? handle : `${name} (${handle})`}.`;
}

/** Trident goes on only after an edit. */
const isStuck = (state: MirrorState): boolean => state === 'failed' || state === 'invalid';

/** States that show that what `spec.state` asks for was begun. */
const BEGUN: Readonly<Record<string, readonly string[]>> = {
  established: ['establishing', 'established'],
  reestablished: ['reestablishing', 'reestablished'],
  promoted: ['promoting', 'promoted']
};

function pendingWords(object: MirrorRelationship, told: Conditions[number], state: MirrorState): string | null {
  const { metadata, spec } = object;
  if (metadata.deletionTimestamp !== undefined) {
    return 'It is being deleted: Trident promotes the volume first, then lets it go.';
  }
  const isUnread =
    metadata.generation !== null && told.observedGeneration !== null && told.observedGeneration < metadata.generation;
  const begun = BEGUN[spec.state.toLowerCase()];
  if (begun !== undefined && (isUnread || !isStuck(state)) && !begun.includes(told.state.toLowerCase())) {
    return `“${spec.state}” is asked for; Trident does not show it yet.`;
  }
  if (isUnread) {
    return 'It was changed, and Trident has not read that yet.';
  }
  const isGoingOn = state === 'establishing' || state === 'reestablishing' || state === 'promoting';
  return isGoingOn && told.message !== '' ? `Trident says: “${told.message}”.` : null;
}

function healthOf(state: MirrorState, { message }: Conditions[number]): MirrorHealth {
  return isStuck(state)
    ? { state: 'unhealthy', reasons: [{ message: message || 'Trident tells no reason.', code: null }] }
    : { state: 'unknown', reason: 'Trident does not tell whether replication works; ONTAP would.' };
}

const no = (reason: string, fix: string): Capability => ({ available: false, reason, fix });

const isDeleted = ({ metadata }: MirrorRelationship): boolean => metadata.deletionTimestamp !== undefined;
const DELETED = no('It is being deleted.', 'Ask whoever deleted it.');
const ASKED = no('It is asked for already.', 'Wait until Trident has done it.');

function mayUpdate(object: MirrorRelationship, state: MirrorState, policy: string, { may }: MirrorView): Capability {
  const refused = isDeleted(object) ? DELETED : updateRefusal(state);
  if (refused !== null) {
    return refused;
  }
  if (state !== 'mirrored') {
    return no('Trident updates only a mirror that it calls established.', 'Look at the mirror again later.');
  }
  // Trident tells synchronous relationships by this name of their policy.
  return policy === 'Sync'
    ? no('It is kept in sync all the time, so there is nothing to update.', 'Nothing needs to be done.')
    : may.update;
}

function mayPromote(object: MirrorRelationship, state: MirrorState, { may }: MirrorView): Capability {
  if (isDeleted(object)) {
    return DELETED;
  }
  if (state === 'promoted') {
    return no('It is promoted already.', 'Nothing needs to be done.');
  }
  if (asks(object, 'promoted')) {
    return ASKED;
  }
  const fix = isStuck(state) ? 'Ask whoever set the mirror up to look at it.' : 'Wait until it is.';
  return state === 'mirrored' ? may.patch : no('Only an established mirror can be promoted.', fix);
}

function mayResync(object: MirrorRelationship, state: MirrorState, { may }: MirrorView): Capability {
  if (isDeleted(object)) {
    return DELETED;
  }
  if (state !== 'promoted') {
    return no('Only a promoted mirror can be resynchronized.', 'Promote it first.');
  }
  if (asks(object, 'reestablished') || asks(object, 'established')) {
    return ASKED;
  }
  return sourceOf(object) === '' ? no('It names no source.', 'Ask whoever set the mirror up.') : may.patch;
}

const asks = ({ spec }: MirrorRelationship, state: string): boolean => spec.state.toLowerCase() === state;
