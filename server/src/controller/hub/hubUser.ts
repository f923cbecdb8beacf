/**
 * Whose server of a JupyterHub a pod is, in the hub’s own words. KubeSpawner writes the plain names into annotations and
 * makes labels of them; only where the labels of pod and claim are those of the name is it believed.
 */
import { createHash } from 'node:crypto';
import type { PersistentVolumeClaim } from '../../providers/kubernetes/volumes/claimResource';
import { ownerOf, type ClusterPod } from '../clusterObjects';

const USER = 'hub.jupyter.org/username';
const SERVER = 'hub.jupyter.org/servername';

/** A server as the hub’s API names it; `server` is '' for a user’s default one. */
export interface HubServer {
  readonly user: string;
  readonly server: string;
}

/** Null: it is none, or its annotation and the labels are not of one user. */
export function hubServerOf(pod: ClusterPod, claim: PersistentVolumeClaim): HubServer | null {
  const { annotations } = pod.metadata;
  const user = annotations[USER] ?? '';
  const forms = labelsOf(user);
  return user !== '' && forms.includes(ownerOf(pod)) && forms.includes(ownerOf(claim))
    ? { user, server: annotations[SERVER] ?? '' }
    : null;
}

/** What KubeSpawner makes of a name for a label: since 7 itself or short and with a hash, before that with escapes. */
function labelsOf(name: string): string[] {
  const isLabel = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i.test(name) && !name.includes('--');
  return [isLabel ? name : hashed(name), escaped(name)];
}

const LONGEST = 21;

function hashed(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, LONGEST)
    .replace(/-$/, '');
  const begun = plain === '' || /^[a-z]/.test(plain) ? plain : `x-${plain.slice(0, LONGEST - 2)}`;
  return `${begun === '' ? 'x' : begun}---${hash}`;
}

const escaped = (name: string): string =>
  [...name]
    .map(sign => (/[a-z0-9]/.test(sign) ? sign : [...Buffer.from(sign)].map(byte => `-${byte.toString(16)}`).join('')))
    .join('');
