// The state machine of a TridentMirrorRelationship: one step from what stands in its status and what the storage tells.
import type { KubernetesObject } from '../support/kubernetesObject';
import { at } from '../support/kubernetesObject';
import type { MirrorStorage } from './mirrorStorage';
import { changedField, invalidSpec, stateRead, textOf } from './relationshipRules';

/** What is to stand in the status. */
export interface Step {
  readonly state: string;
  readonly message: string;
  /** '' where it is not known yet. */
  readonly localVolumeHandle: string;
  /** It has to be looked at again although nobody changes it. */
  readonly goesOn: boolean;
}

const GOING_ON = ['establishing', 'reestablishing', 'promoting'];

/** null: nothing is told, as where the claim is not there yet. */
export async function relationshipStep(object: KubernetesObject, storage: MirrorStorage): Promise<Step | null> {
  const condition = at(object, 'status', 'conditions', 0);
  const known = textOf(condition, 'localVolumeHandle');
  const over = (state: string, message: string): Step => ({ state, message, localVolumeHandle: known, goesOn: false });
  const state = textOf(condition, 'state');
  const isRead = at(condition, 'observedGeneration') === at(object, 'metadata', 'generation');
  // Both wait for an edit of the spec.
  if (isRead && (state === 'failed' || state === 'invalid')) {
    return over(state, textOf(condition, 'message'));
  }
  const invalid = invalidSpec(object);
  if (invalid !== null) {
    return over('invalid', invalid);
  }
  const changed = changedField(object, condition);
  if (changed !== null) {
    return over('failed', changed);
  }
  const claim = textOf(object, 'spec', 'volumeMappings', 0, 'localPVCName');
  const handle = await storage.localHandle(object.metadata.namespace ?? '', claim);
  if (handle === null) {
    return null;
  }
  if (handle === 'unsupported') {
    return over('invalid', "localPVC's backend does not support mirroring");
  }
  const next = await nextState(object, state === 'failed' || state === 'invalid' ? '' : state, handle, storage);
  return { ...next, localVolumeHandle: handle, goesOn: GOING_ON.includes(next.state) };
}

async function nextState(
  object: KubernetesObject,
  state: string,
  destination: string,
  storage: MirrorStorage
): Promise<{ state: string; message: string }> {
  const wanted = textOf(object, 'spec', 'state');
  if (wanted === 'promoted') {
    return promote(object, destination, storage);
  }
  // Once settled, Trident does not look at the storage any more.
  if (state === wanted && wanted !== '') {
    return { state, message: '' };
  }
  const relationship = await storage.relationship(destination).catch(() => 'unanswered' as const);
  // An error of ONTAP’s interface other than not-found is told as promoted.
  if (relationship === 'unanswered') {
    return { state: 'promoted', message: '' };
  }
  const isBegun = state === 'establishing' || state === 'reestablishing';
  const isThere = relationship !== null && (isBegun || wanted === 'established');
  if (wanted === '' || isThere) {
    return { state: relationship === null ? '' : stateRead(relationship, wanted), message: '' };
  }
  return begin(object, wanted, destination, storage);
}

async function begin(
  { spec }: KubernetesObject,
  wanted: string,
  destination: string,
  storage: MirrorStorage
): Promise<{ state: string; message: string }> {
  const order = {
    source: textOf(spec, 'volumeMappings', 0, 'remoteVolumeHandle'),
    destination,
    policy: textOf(spec, 'replicationPolicy'),
    schedule: textOf(spec, 'replicationSchedule')
  };
  const [act, doing, message] =
    wanted === 'reestablished'
      ? ([storage.reestablish, 'reestablishing', 'Could not reestablish mirror'] as const)
      : ([storage.establish, 'establishing', 'Could not establish mirror'] as const);
  return act.call(storage, order).then(
    () => ({ state: doing, message: '' }),
    () => ({ state: 'failed', message })
  );
}

async function promote(
  { spec }: KubernetesObject,
  destination: string,
  storage: MirrorStorage
): Promise<{ state: string; message: string }> {
  const relationship = await storage.relationship(destination).catch(() => null);
  if (relationship === null) {
    return { state: 'promoted', message: '' };
  }
  const handle = textOf(spec, 'volumeMappings', 0, 'promotedSnapshotHandle');
  const snapshot = handle.split('/')[1] ?? null;
  return storage.promote(destination, snapshot).then(
    // The end shows with the next look, when the relationship is gone.
    result => ({ state: 'promoting', message: result === 'waiting' ? `Waiting for snapshot ${handle}` : '' }),
    () => ({ state: 'failed', message: 'Could not promote mirror' })
  );
}
