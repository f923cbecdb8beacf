/** What Trident and ONTAP call the state of a mirror, as one word of the contract. A word that is new stays unknown. Pure. */
import type { MirrorState } from '../../../../contract';

const OF_TRIDENT: Readonly<Record<string, MirrorState>> = {
  establishing: 'establishing',
  established: 'mirrored',
  reestablishing: 'reestablishing',
  reestablished: 'mirrored',
  promoting: 'promoting',
  promoted: 'promoted',
  released: 'released',
  failed: 'failed',
  invalid: 'invalid'
};

const OF_ONTAP: Readonly<Record<string, MirrorState>> = {
  broken_off: 'broken-off',
  paused: 'paused',
  snapmirrored: 'mirrored',
  uninitialized: 'uninitialized',
  in_sync: 'in-sync',
  out_of_sync: 'out-of-sync',
  synchronizing: 'synchronizing',
  expanding: 'expanding',
  shrinking: 'shrinking'
};

/** Of `status.conditions[0].state` of a TridentMirrorRelationship; '' or null: Trident has not told one. */
export const stateOfTrident = (told: string | null): MirrorState => read(OF_TRIDENT, told);

/** Of `state` of a relationship in ONTAP REST; null: it was not told. */
export const stateOfOntap = (told: string | null): MirrorState => read(OF_ONTAP, told);

function read(states: Readonly<Record<string, MirrorState>>, told: string | null): MirrorState {
  const word = told?.trim().toLowerCase() ?? '';
  if (word === '') {
    return 'not-reconciled';
  }
  return Object.hasOwn(states, word) ? (states[word] ?? 'unknown') : 'unknown';
}
