/** Claims and mounts in the spec of the own pod. */
import { OwnPod } from './claimResource';
import { readMountTable } from './mountTable';
import { podVolumes } from './podVolumes';

const table = readMountTable(
  ['/home/jovyan', '/home/shared', '/data', '/raw', '/tmp/scratch']
    .map((path, at) => `${at} 1 0:${at} / ${path} rw - ext4 /dev/x rw`)
    .join('\n')
);

const pod = (volumes: object[], ...containers: object[][]): OwnPod =>
  OwnPod.parse({
    metadata: { name: 'jupyter-ann', uid: 'u', creationTimestamp: '2026-11-20T08:00:00Z' },
    spec: { volumes, containers: containers.map(volumeMounts => ({ volumeMounts })) }
  });
const claimVolume = (name: string, claimName: string, readOnly?: boolean): object => ({
  name,
  persistentVolumeClaim: { claimName, readOnly }
});

it('finds whole claims, parts of claims and read-only ones, and leaves other volumes out', () => {
  const found = podVolumes(
    pod(
      [
        claimVolume('home', 'claim-ann'),
        claimVolume('shared', 'datasets', true),
        { name: 'config', configMap: { name: 'c' } },
        { name: 'dshm', emptyDir: {} }
      ],
      [
        { name: 'home', mountPath: '/home/jovyan/' },
        { name: 'home', mountPath: '/raw', subPath: 'raw', readOnly: true },
        { name: 'shared', mountPath: '/home/shared' },
        { name: 'shared', mountPath: '/data', subPathExpr: '$(POD)/x' },
        { name: 'config', mountPath: '/etc/c' }
      ]
    ),
    table
  );
  expect(found).toEqual([
    {
      claim: 'claim-ann',
      ephemeral: false,
      mounts: [
        { path: '/home/jovyan', subPath: null, readOnly: false },
        { path: '/raw', subPath: 'raw', readOnly: true }
      ]
    },
    {
      claim: 'datasets',
      ephemeral: false,
      mounts: [
        { path: '/home/shared', subPath: null, readOnly: true },
        { path: '/data', subPath: '$(POD)/x', readOnly: true }
      ]
    }
  ]);
});

it('counts mounts of other containers only where this one has them too', () => {
  const home = { name: 'home', mountPath: '/home/jovyan' };
  const found = podVolumes(
    pod(
      [claimVolume('home', 'claim-ann'), claimVolume('cache', 'cache')],
      [home],
      [home, { name: 'home', mountPath: '/backup' }, { name: 'cache', mountPath: '/cache' }]
    ),
    table
  );
  expect(found.map(({ claim, mounts }) => [claim, mounts.map(({ path }) => path)])).toEqual([
    ['claim-ann', ['/home/jovyan']]
  ]);
});

it('knows the claim of a generic ephemeral volume', () => {
  const volumes = [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: {} } } }];
  const [found] = podVolumes(pod(volumes, [{ name: 'scratch', mountPath: '/tmp/scratch' }]), table);
  expect(found).toMatchObject({ claim: 'jupyter-ann-scratch', ephemeral: true });
});
