// What Trident says of the spec of a TridentMirrorRelationship, and which state it reads out of ONTAP’s. Pure.
import { at, type KubernetesObject } from '../support/kubernetesObject';
import type { StoredRelationship } from './mirrorStorage';

/** '' where there is no text. */
export function textOf(value: unknown, ...path: (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

const STATES = ['', 'established', 'reestablished', 'promoted'];

/** Why the spec can never work; null: it can. */
export function invalidSpec({ spec }: KubernetesObject): string | null {
  const mappings = at(spec, 'volumeMappings');
  if (!Array.isArray(mappings) || mappings.length === 0) {
    return '.spec.volumeMappings must be set';
  }
  if (mappings.length !== 1) {
    return '.spec.volumeMappings must contain exactly one element in the list';
  }
  if (textOf(mappings, 0, 'localPVCName') === '') {
    return '.spec.volumeMappings must specify a localPVCName';
  }
  const state = textOf(spec, 'state');
  if (!STATES.includes(state)) {
    return '.spec.state must be one of established, reestablished, promoted';
  }
  if (textOf(mappings, 0, 'promotedSnapshotHandle') !== '' && state !== 'promoted') {
    return ".spec.state must be set to 'promoted' when providing a 'promotedSnapshotHandle'";
  }
  if (textOf(mappings, 0, 'remoteVolumeHandle') === '' && (state === 'established' || state === 'reestablished')) {
    return 'A remoteVolumeHandle must be provided if .spec.state is established or reestablished';
  }
  return null;
}

/** Which field was changed that may not be; null: none. */
export function changedField({ spec }: KubernetesObject, condition: unknown): string | null {
  const before = textOf(condition, 'localPVCName');
  if (before !== '' && before !== textOf(spec, 'volumeMappings', 0, 'localPVCName')) {
    return `localPVCName may not be changed from ${before}`;
  }
  const policy = textOf(condition, 'replicationPolicy');
  const isPromoting = textOf(spec, 'state') === 'promoted';
  return policy !== '' && policy !== textOf(spec, 'replicationPolicy') && !isPromoting
    ? `replication policy may not be changed from ${policy}`
    : null;
}

/** Trident’s word for what ONTAP tells; '' for what it has none for, such as paused and out_of_sync. */
export function stateRead(relationship: StoredRelationship, wanted: string): string {
  const again = wanted === 'reestablished' ? 're' : '';
  if (relationship.transferState === 'transferring') {
    return `${again}establishing`;
  }
  switch (relationship.state) {
    case 'uninitialized':
    case 'synchronizing':
      return `${again}establishing`;
    case 'snapmirrored':
    case 'in_sync':
      return `${again}established`;
    case 'broken_off':
      return 'promoting';
    default:
      return '';
  }
}
