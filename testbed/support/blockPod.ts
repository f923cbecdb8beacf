// A pod that has a claim of mode Block as the device /dev/data, and ends when its shell command has.
import { at, type KubernetesObject } from './kubernetesObject';
import { kubectl } from './kubectl';
import type { TestNamespace } from './testNamespace';
import { pod } from './testPod';

const CONTAINER = ['spec', 'containers', 0] as const;

/** What the command printed. */
export async function onDevice(namespace: TestNamespace, claim: string, command: string): Promise<string> {
  const name = `device-${claim}`;
  const manifest = pod(namespace.cluster.image, name, { claims: { '/unused': claim }, restartPolicy: 'Never' });
  const container = at(manifest, ...CONTAINER) as { volumeMounts: { name: string }[]; [field: string]: unknown };
  const [data, ...others] = container.volumeMounts;
  Object.assign(container, {
    command: ['/bin/sh', '-c', command],
    volumeMounts: others,
    volumeDevices: [{ name: data?.name, devicePath: '/dev/data' }]
  });
  await namespace.create(manifest);
  const ended = (one: KubernetesObject): boolean =>
    ['Succeeded', 'Failed'].includes(String(at(one, 'status', 'phase')));
  const object = await namespace.waitFor('Pod', name, 'ended', ended, { seconds: 120 });
  const printed = await kubectl(['--namespace', namespace.name, 'logs', name]);
  await namespace.delete('Pod', name, { gracePeriodSeconds: 0 });
  await namespace.waitUntilGone('Pod', name);
  if (at(object, 'status', 'phase') !== 'Succeeded') {
    throw new Error(`${command} on the device of ${claim} failed: ${printed}`);
  }
  return printed;
}
