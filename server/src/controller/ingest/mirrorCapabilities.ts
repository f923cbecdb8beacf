/** What may be done with a mirror now: by the storage’s settings, by the person’s right, by its state. Pure. */
import type { Capability } from '../../../../contract';
import type { ToldMirror } from '../../ingest/controllerWire';
import { stateOfOntap } from '../../ingest/model/mirrorStates';
import { updateRefusal } from '../../ingest/model/updateRefusal';
import { isInFlight, type OntapRelationship } from '../../ingest/ontap/ontapResources';

/** Verbs of the virtual resource `mirrors` of group datamark.github.io. */
export const MIRROR_VERBS = ['update', 'promote', 'resync'] as const;
export type MirrorVerb = (typeof MIRROR_VERBS)[number];

export type MirrorRights = Readonly<Record<MirrorVerb, boolean>>;

export interface CapabilityParts {
  readonly relationship: OntapRelationship;
  /** Whether the account on the storage may change anything. */
  readonly actions: boolean;
  readonly rights: MirrorRights;
}

const off = (reason: string, fix: string): Capability => ({ available: false, reason, fix });
const ON: Capability = { available: true };

export function capabilitiesOf(parts: CapabilityParts): ToldMirror['can'] {
  const { relationship } = parts;
  return {
    update: allowed(parts, 'update') ?? updateRefusal(stateOfOntap(relationship.state ?? null)) ?? ON,
    promote: allowed(parts, 'promote') ?? promoteRefusal(relationship) ?? ON,
    resync: allowed(parts, 'resync') ?? resyncRefusal(relationship) ?? ON
  };
}

function allowed({ actions, rights }: CapabilityParts, verb: MirrorVerb): Capability | null {
  if (!actions) {
    return off(
      'Datamark may only look at mirrors of this storage.',
      'An admin can give its account on ONTAP the rights, and set `actions` in the controller’s settings.'
    );
  }
  return rights[verb]
    ? null
    : off(
        `You have no right to ${verb} mirrors in this namespace.`,
        `An admin can grant the verb “${verb}” on mirrors.datamark.github.io to the account of this server.`
      );
}

const PROMOTABLE: readonly string[] = ['mirrored', 'in-sync', 'out-of-sync', 'paused'];

function promoteRefusal(relationship: OntapRelationship): Capability | null {
  const { state } = relationship;
  if (state === 'broken_off') {
    return off('It is broken off already.', 'Nothing needs to be done.');
  }
  if (isInFlight(relationship)) {
    return off('A transfer runs.', 'Wait until it is over, or cancel it.');
  }
  return PROMOTABLE.includes(stateOfOntap(state ?? null))
    ? null
    : off(`ONTAP tells the state “${state ?? ''}”.`, 'Wait until it is mirrored.');
}

const resyncRefusal = ({ state }: OntapRelationship): Capability | null =>
  state === 'broken_off' ? null : off('It is not broken off.', 'Update it.');
