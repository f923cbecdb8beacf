/** Every right that Datamark uses in the namespace: what it is for, and the shipped role that has it. */
import type { CheckedAction } from '../../../../../contract';
import type { Verb } from '../accountRights';
import { GROUP } from '../names';
import { SNAPSHOT_GROUP } from '../resources';
import { RESTORE_RESOURCE } from '../volumeRestore';

export type Role = 'datamark-viewer' | 'datamark-user' | 'datamark-manager';

export interface NeededRight {
  readonly verb: Verb;
  /** '' for core. */
  readonly group: string;
  readonly resource: string;
  /** What it is for, behind “It is needed to”. */
  readonly purpose: string;
  readonly role: Role;
  /** What is off without it; none: it works, but less well. */
  readonly actions: readonly CheckedAction[];
  /** Title of the finding where it is missing; null: it is not worth a finding. */
  readonly title: string | null;
}

const CLAIMS = { group: '', resource: 'persistentvolumeclaims' } as const;
const SNAPSHOTS = { group: SNAPSHOT_GROUP, resource: 'volumesnapshots' } as const;
const RESTORES = { group: GROUP, resource: RESTORE_RESOURCE } as const;

const RESTORING: readonly CheckedAction[] = ['restore', 'files'];

/** Most needed first. */
export const NEEDED_RIGHTS: readonly NeededRight[] = [
  {
    ...SNAPSHOTS,
    verb: 'list',
    purpose: 'show snapshots',
    role: 'datamark-viewer',
    actions: ['list'],
    title: 'See snapshots'
  },
  {
    ...CLAIMS,
    verb: 'get',
    purpose: 'show the size and the state of your volumes',
    role: 'datamark-viewer',
    actions: ['list'],
    title: 'See volumes'
  },
  {
    ...SNAPSHOTS,
    verb: 'create',
    purpose: 'make snapshots',
    role: 'datamark-user',
    actions: ['snapshot'],
    title: 'Make snapshots'
  },
  {
    ...CLAIMS,
    verb: 'create',
    purpose: 'make clones',
    role: 'datamark-user',
    actions: ['clone'],
    title: 'Make clones'
  },
  {
    ...SNAPSHOTS,
    verb: 'patch',
    purpose: 'change titles and notes and to hold snapshots',
    role: 'datamark-user',
    actions: ['hold'],
    title: 'Titles and holds'
  },
  {
    ...SNAPSHOTS,
    verb: 'delete',
    purpose: 'delete snapshots',
    role: 'datamark-manager',
    actions: ['delete'],
    title: 'Delete snapshots'
  },
  {
    ...CLAIMS,
    verb: 'delete',
    purpose: 'delete clones',
    role: 'datamark-manager',
    actions: [],
    title: 'Delete clones'
  },
  {
    ...RESTORES,
    verb: 'create',
    purpose: 'restore volumes in place',
    role: 'datamark-user',
    actions: RESTORING,
    title: 'Restore in place'
  },
  {
    ...RESTORES,
    verb: 'list',
    purpose: 'show what a restore does',
    role: 'datamark-viewer',
    actions: RESTORING,
    title: 'See restores'
  },
  {
    ...RESTORES,
    verb: 'patch',
    purpose: 'approve and cancel restores',
    role: 'datamark-user',
    actions: RESTORING,
    title: 'Approve restores'
  },
  {
    ...RESTORES,
    verb: 'get',
    purpose: 'look at one restore before it is approved',
    role: 'datamark-viewer',
    actions: RESTORING,
    title: 'Look at one restore'
  },
  {
    ...RESTORES,
    verb: 'watch',
    purpose: 'be told what a restore does',
    role: 'datamark-viewer',
    actions: [],
    title: 'Live restores'
  },
  {
    ...SNAPSHOTS,
    verb: 'get',
    purpose: 'look at one snapshot before it is changed',
    role: 'datamark-viewer',
    actions: [],
    title: 'Look at one snapshot'
  },
  {
    ...SNAPSHOTS,
    verb: 'watch',
    purpose: 'be told of changes of snapshots',
    role: 'datamark-viewer',
    actions: [],
    title: 'Live snapshots'
  },
  { ...CLAIMS, verb: 'list', purpose: 'show clones', role: 'datamark-viewer', actions: [], title: 'See clones' },
  {
    ...CLAIMS,
    verb: 'watch',
    purpose: 'be told of changes of volumes and clones',
    role: 'datamark-viewer',
    actions: [],
    title: 'Live volumes'
  },
  {
    group: '',
    resource: 'events',
    verb: 'list',
    purpose: 'say why a snapshot or a clone fails',
    role: 'datamark-viewer',
    actions: [],
    title: 'Reasons of failures'
  },
  { ...CLAIMS, verb: 'patch', purpose: 'mark a claim', role: 'datamark-user', actions: [], title: null },
  {
    group: '',
    resource: 'pods',
    verb: 'get',
    purpose: 'find mounts',
    role: 'datamark-viewer',
    actions: [],
    title: null
  },
  { group: '', resource: 'pods', verb: 'list', purpose: 'see use', role: 'datamark-viewer', actions: [], title: null },
  {
    group: '',
    resource: 'resourcequotas',
    verb: 'list',
    purpose: 'tell how much of a quota is left',
    role: 'datamark-viewer',
    actions: [],
    title: null
  }
];
