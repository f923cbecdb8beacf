// TridentActionMirrorUpdates: one transfer each. Only a new one is taken; to try again is to make another.
import { at, type KubernetesObject } from '../support/kubernetesObject';
import type { MirrorStorage } from './mirrorStorage';
import { textOf } from './relationshipRules';
import { FINALIZER } from './tridentKinds';
import type { Again } from './tridentStandIn';
import { nowText, type WrittenObjects } from './writtenObjects';

export class UpdateRuns {
  /** Uids of those whose transfer was begun by this process. */
  private readonly begun = new Set<string>();

  constructor(
    private readonly storage: MirrorStorage,
    private readonly written: WrittenObjects
  ) {}

  /** Called for each event, and again for what goes on. */
  async step(object: KubernetesObject, again: Again): Promise<void> {
    const { uid = '' } = object.metadata;
    const state = textOf(object, 'status', 'state');
    if (state === '' && object.metadata.deletionTimestamp === undefined) {
      await this.begin(object, again);
    } else if (state === 'In progress' && this.begun.has(uid)) {
      await this.look(object, again);
    } else if (state === 'In progress' && again.isRestart) {
      const { namespace = '', name = '' } = object.metadata;
      const message = `in-progress TridentActionMirrorUpdate ${namespace}/${name} detected at startup, marking as Failed`;
      await this.end(object, 'Failed', message);
    }
  }

  private async begin(object: KubernetesObject, again: Again): Promise<void> {
    const kept = await this.written.withFinalizer(object, FINALIZER);
    const taken = await this.written.status(kept, { state: 'In progress', message: '' });
    const relationship = await this.written.relationshipOf(taken);
    const refusal = refusalOf(taken, relationship);
    if (refusal !== null) {
      await this.end(taken, 'Failed', refusal);
      return;
    }
    const condition = at(relationship, 'status', 'conditions', 0);
    const destination = textOf(condition, 'localVolumeHandle');
    const before = await this.storage.relationship(destination).catch(() => null);
    const snapshot = textOf(taken, 'spec', 'snapshotHandle').split('/')[1] ?? null;
    try {
      await this.storage.update(destination, snapshot);
    } catch (error) {
      await this.end(
        taken,
        'Failed',
        `mirror update failed, ${error instanceof Error ? error.message : String(error)}`
      );
      return;
    }
    this.begun.add(taken.metadata.uid ?? '');
    await this.written.status(taken, {
      localVolumeHandle: destination,
      remoteVolumeHandle: textOf(condition, 'remoteVolumeHandle'),
      ...(before?.transferEndedAt ? { previousTransferTime: before.transferEndedAt } : {}),
      snapshotHandle: textOf(taken, 'spec', 'snapshotHandle')
    });
    again.look();
  }

  private async look(object: KubernetesObject, again: Again): Promise<void> {
    const destination = textOf(object, 'status', 'localVolumeHandle');
    const relationship = await this.storage.relationship(destination).catch(() => null);
    const state = relationship?.transferState ?? null;
    if (relationship === null || state === null || state === 'queued' || state === 'transferring') {
      again.look();
    } else if (state === 'success') {
      await this.end(object, 'Succeeded', '');
    } else {
      await this.end(object, 'Failed', `mirror update failed, ${relationship.reasons.join(', ')}`);
    }
  }

  private async end(object: KubernetesObject, state: string, message: string): Promise<void> {
    this.begun.delete(object.metadata.uid ?? '');
    const ended = await this.written.status(object, { state, message, completionTime: nowText() });
    await this.written.withoutFinalizer(ended, FINALIZER);
  }
}

/** Why Trident does not begin; null: it does. */
function refusalOf(action: KubernetesObject, relationship: KubernetesObject | null): string | null {
  const name = action.metadata.name ?? '';
  const of = textOf(action, 'spec', 'tridentMirrorRelationshipName');
  if (relationship === null) {
    return `TridentMirrorRelationship '${of}' for TridentActionMirrorUpdate '${name}' does not yet exist.`;
  }
  const condition = at(relationship, 'status', 'conditions', 0);
  const state = textOf(condition, 'state');
  if (state !== 'established' && state !== 'reestablished') {
    return `mirror update failed: TAMU ${name} cannot be executed for TMR ${of} in ${state} state`;
  }
  if (textOf(condition, 'replicationPolicy') === 'Sync') {
    return `mirror update failed: TMR ${of} is a synchronous relationship`;
  }
  const handle = textOf(action, 'spec', 'snapshotHandle');
  return handle !== '' && !/^[^/]+\/[^/]+$/.test(handle) ? `invalid snapshot handle ${handle}` : null;
}
