// What earlier test files of this run have left on the bed, as where one of them failed in the middle: it is cleared away, and
// told. On another cluster nothing is touched: what is there may be somebody's.
import { randomBytes } from 'node:crypto';
import { Refused, type Account } from './account';
import { bed } from './bed';
import type { KubernetesObject } from './kubernetesObject';

const KIND = 'VolumeRestore';
const FILE = 'datamark-tests/file';

/** Label of the namespaces of this test file: each has its own modules, and so its own value. */
export const OF_THIS_FILE: Readonly<Record<string, string>> = { [FILE]: randomBytes(4).toString('hex') };

/**
 * VolumeRestores that wait for a controller which is gone: without their finalizers they go, and then their definition can.
 * `namespace`: only those of one. Resolves with how many there were.
 */
export async function clearRestores(admin: Account, namespace?: string): Promise<number> {
  if (bed === undefined) {
    return 0;
  }
  const left = await admin.list(KIND, namespace).catch((error: unknown): KubernetesObject[] => {
    if (isMissing(error)) {
      return [];
    }
    throw error;
  });
  for (const { metadata } of left) {
    const { name = '', namespace: of = '' } = metadata;
    try {
      if (metadata.finalizers !== undefined) {
        tell(`VolumeRestore ${of}/${name} with ${metadata.finalizers.join(', ')}`);
        await admin.patch(KIND, name, { metadata: { finalizers: null } }, of);
      }
      await admin.delete(KIND, name, of);
    } catch (error) {
      if (!isMissing(error)) {
        throw error;
      }
    }
  }
  return left.length;
}

/** Namespaces of files that did not come to their end. */
export async function clearNamespaces(admin: Account): Promise<void> {
  if (bed === undefined) {
    return;
  }
  for (const { metadata } of await admin.list('Namespace', undefined, `labelSelector=${FILE}`)) {
    const { name = '', labels, deletionTimestamp } = metadata;
    if (labels?.[FILE] !== OF_THIS_FILE[FILE] && deletionTimestamp === undefined) {
      tell(`namespace ${name}`);
      await admin.delete('Namespace', name);
    }
  }
}

/** Not console.log: jest would put a stack trace below each line. */
const tell = (what: string): void => void process.stderr.write(`LEFT BEHIND by a test, cleared away: ${what}\n`);

/** It, or its definition, is gone. */
const isMissing = (error: unknown): boolean =>
  (error instanceof Refused && error.status === 404) ||
  (error instanceof Error && error.message.startsWith('The cluster has no '));
