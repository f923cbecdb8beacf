// What a claim holds, told by a pod that mounts it for a moment.
import { randomBytes } from 'node:crypto';
import { TestPod } from './testPod';
import type { TestNamespace } from './testNamespace';

/** All but times: kind, mode, owner, size, target of a link, hard links, and the bytes. ext4 makes lost+found itself. */
const LISTED = `cd /data && find . -path ./lost+found -prune -o -printf '%P|%y|%m|%U|%G|%l|%n|' '(' -type f -printf '%s\\n' -o -printf '\\n' ')' | LC_ALL=C sort
find . -path ./lost+found -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum`;

/** A hash of everything in the claim; equal for equal content. */
export async function hashOfClaim(namespace: TestNamespace, claim: string): Promise<string> {
  const out = await inPodWith(namespace, claim, `{ ${LISTED}\n} | sha256sum`);
  return out.slice(0, 64);
}

/** Runs a shell command in /data, where a pod of its own mounts the claim, and returns what it printed. */
export async function inPodWith(namespace: TestNamespace, claim: string, command: string): Promise<string> {
  const name = `look-${randomBytes(4).toString('hex')}`;
  const pod = await TestPod.start(namespace, name, { claims: { '/data': claim } });
  try {
    return await pod.sh(`cd /data && ${command}`);
  } finally {
    await pod.stop();
  }
}
