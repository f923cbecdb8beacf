// The user's server is started while the restore goes on: it writes a file at once, which may never be lost.
import { at, type KubernetesObject } from '../kubernetesObject';
import { Refused } from '../account';
import { pod } from '../testPod';
import type { TestNamespace } from '../testNamespace';
import { waitUntil } from '../waitUntil';
import { deleted, made } from './lasting';
import { MARK } from './volumeBytes';

const ENDED = ['Succeeded', 'Failed'];

interface ServerOrder {
  readonly namespace: TestNamespace;
  /** Of the pod. */
  readonly name: string;
  readonly claim: string;
}

/**
 * The gate refuses it, or it is waited for: then it writes, ends, and is deleted, as a hub deletes the ended. Returns the
 * name of the file that it has written, or null.
 */
export async function runServer({ namespace, name, claim }: ServerOrder): Promise<string | null> {
  const file = `${MARK}${name}`;
  const server = pod(namespace.cluster.image, name, {
    claims: { '/home/jovyan': claim },
    // Ends by itself: its end is the proof that the file is written.
    command: `echo ${name} > /home/jovyan/${file} && sync && exit 0; exit 1`,
    restartPolicy: 'Never',
    labels: { 'hub.jupyter.org/username': claim, component: 'singleuser-server' }
  });
  try {
    await made(`server ${name}`, () => namespace.create(server));
  } catch (error) {
    if (error instanceof Refused) {
      return null;
    }
    throw error;
  }
  let last: KubernetesObject | undefined;
  const ended = async (): Promise<boolean> => {
    last = await namespace.find('Pod', name);
    return last === undefined || ENDED.includes(String(at(last, 'status', 'phase')));
  };
  await waitUntil(`server ${name} to have ended`, ended, { seconds: 30, every: 250 }).catch(() => undefined);
  const hasWritten = at(last, 'status', 'phase') === 'Succeeded';
  await deleted(`server ${name}`, () => namespace.delete('Pod', name, { gracePeriodSeconds: 1 }));
  return hasWritten ? file : null;
}
