/**
 * One list of what Trident and ONTAP tell of the same mirrors: the same where both name the same `svm:volume` as
 * destination of the same claim. ONTAP is asked each time and Trident does not look again, so that ONTAP’s word counts
 * for state, health, data and transfers; where Trident says something else, `hint` tells it. Pure.
 */
import type { Capability, Mirror, MirrorState, MirrorUpdate } from '../../../../contract';
import type { ToldMirror } from '../controllerWire';
import type { TridentMirror } from './tridentMirror';
import { stateOfOntap } from './mirrorStates';
import { updateRefusal } from './updateRefusal';
import { toldWords } from './timeWords';

export interface MirrorsToJoin {
  readonly trident: readonly TridentMirror[];
  readonly told: readonly ToldMirror[];
  /** Names for people of the volumes of this server, by claim: mirrors of others are left out. */
  readonly volumeNames: ReadonlyMap<string, string>;
  /** Whether `told` is all that ONTAP knows of now. */
  readonly ontapAnswers: boolean;
}

/** A mirror and who told of it, so that what is asked of it goes to the right one. */
export interface JoinedMirror {
  readonly mirror: Mirror;
  readonly trident: TridentMirror | null;
  readonly told: ToldMirror | null;
  /** Whom to ask for an update; null: nobody can be. Promote and resync: Trident wherever it knows the mirror. */
  readonly updateBy: 'trident' | 'ontap' | null;
}

/** By the name of the volume, then by id. */
export function joinMirrors({ trident, told, volumeNames, ontapAnswers }: MirrorsToJoin): JoinedMirror[] {
  const left = told.filter(({ claim }) => volumeNames.has(claim));
  const joined = trident
    .filter(({ mirror }) => volumeNames.has(mirror.volume))
    .map(one => {
      const index = left.findIndex(candidate => isSame(one.mirror, candidate));
      const [same = null] = index < 0 ? [] : left.splice(index, 1);
      return same === null ? ofTridentAlone(one, ontapAnswers) : ofBoth(one, same);
    });
  const alone = left.map(one => ofOntapAlone(one, volumeNames.get(one.claim) ?? one.claim));
  return [...joined, ...alone].sort(
    (a, b) => compare(a.mirror.volumeName, b.mirror.volumeName) || compare(a.mirror.id, b.mirror.id)
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Before Trident knows the destination, the source and the claim tell the same. */
const isSame = (mirror: Mirror, told: ToldMirror): boolean =>
  mirror.volume === told.claim &&
  (mirror.to === null ? mirror.from !== null && mirror.from === told.from : mirror.to === told.to);

function ofTridentAlone(trident: TridentMirror, ontapAnswers: boolean): JoinedMirror {
  const { mirror } = trident;
  // After a promotion ONTAP has no relationship any more.
  const isMissing = ontapAnswers && mirror.to !== null && mirror.state !== 'promoted' && mirror.state !== 'released';
  const missing = isMissing ? `ONTAP tells this server of no relationship to ${mirror.to ?? ''}.` : null;
  return {
    mirror: { ...mirror, hint: sentences(mirror.hint, missing) },
    trident,
    told: null,
    updateBy: mirror.can.update.available ? 'trident' : null
  };
}

function ofOntapAlone(told: ToldMirror, volumeName: string): JoinedMirror {
  const state = stateOfOntap(told.state);
  const refused = updateRefusal(state);
  const can = { ...told.can, update: refused ?? told.can.update };
  const mirror: Mirror = {
    kind: 'mirror',
    id: `ontap-${told.uuid}`,
    uid: told.uuid,
    volume: told.claim,
    volumeName,
    ...partsOfOntap(told, state),
    hint: ontapWords(told, state),
    update: told.update,
    guard: null,
    can
  };
  return { mirror, trident: null, told, updateBy: can.update.available ? 'ontap' : null };
}

function ofBoth(trident: TridentMirror, told: ToldMirror): JoinedMirror {
  const known = trident.mirror;
  const state = stateOfOntap(told.state);
  const parts = partsOfOntap(told, state);
  const { update, updateBy } = chooseUpdate(state, known.can.update, told.can.update);
  const otherSource =
    known.from !== null && told.from !== null && known.from !== told.from
      ? `Trident names ${known.from} as its source.`
      : null;
  const mirror: Mirror = {
    ...known,
    ...parts,
    from: told.from ?? known.from,
    policy: told.policy ?? known.policy,
    schedule: told.schedule ?? known.schedule,
    update: later(known.update, told.update),
    hint: sentences(ontapWords(told, state), differenceWords(known, state), otherSource, trident.pending),
    can: { ...known.can, update }
  };
  return { mirror, trident, told, updateBy };
}

function partsOfOntap(
  told: ToldMirror,
  state: MirrorState
): Pick<
  Mirror,
  | 'from'
  | 'to'
  | 'state'
  | 'stateAsTold'
  | 'toldBy'
  | 'toldAt'
  | 'health'
  | 'data'
  | 'policy'
  | 'schedule'
  | 'lastTransfer'
  | 'transfer'
  | 'seen'
> {
  const { from, to, health, data, policy, schedule, lastTransfer, transfer, seen } = told;
  const who = { state, stateAsTold: told.state, toldBy: 'ontap', toldAt: told.asOf } as const;
  return { ...{ from, to, health, data, policy, schedule, lastTransfer, transfer, seen }, ...who };
}

/** Trident first: it is meant for the people of the namespace. */
function chooseUpdate(
  state: MirrorState,
  trident: Capability,
  ontap: Capability
): { update: Capability; updateBy: JoinedMirror['updateBy'] } {
  const refused = updateRefusal(state);
  if (refused !== null) {
    return { update: refused, updateBy: null };
  }
  if (trident.available) {
    return { update: trident, updateBy: 'trident' };
  }
  return ontap.available ? { update: ontap, updateBy: 'ontap' } : { update: trident, updateBy: null };
}

const later = (a: MirrorUpdate | null, b: MirrorUpdate | null): MirrorUpdate | null =>
  a === null || (b !== null && Date.parse(b.askedAt) > Date.parse(a.askedAt)) ? b : a;

function ontapWords({ state: word }: ToldMirror, state: MirrorState): string | null {
  if (state === 'not-reconciled') {
    return 'ONTAP told no state.';
  }
  return state === 'unknown' ? `Datamark does not know what ONTAP means by the state “${word ?? ''}”.` : null;
}

/** What ONTAP may tell while Trident tells this, without a contradiction. */
const AGREES: Partial<Record<MirrorState, readonly MirrorState[]>> = {
  establishing: ['uninitialized', 'synchronizing', 'mirrored'],
  mirrored: ['mirrored', 'in-sync'],
  reestablishing: ['uninitialized', 'synchronizing', 'mirrored', 'broken-off'],
  promoting: ['broken-off', 'mirrored', 'in-sync', 'paused'],
  promoted: ['broken-off'],
  // Trident has no word for these.
  'not-reconciled': ['paused', 'out-of-sync', 'expanding', 'shrinking']
};

function differenceWords(trident: Mirror, ontap: MirrorState): string | null {
  if (AGREES[trident.state]?.includes(ontap) === true) {
    return null;
  }
  const why = trident.health.state === 'unhealthy' ? trident.health.reasons.map(({ message }) => `“${message}”`) : [];
  const said = why.length === 0 ? '' : ` Its reason: ${why.join(', ')}.`;
  return toldWords(trident.state, trident.stateAsTold, trident.toldAt) + said;
}

function sentences(...parts: readonly (string | null)[]): string | null {
  const said = parts.filter(part => part !== null);
  return said.length === 0 ? null : said.join(' ');
}
