import type { RecordedClaim } from '../../providers/kubernetes/volumeRestore';
import { finalClaim, temporaryClaim } from './claimManifests';
import type { SwapParts } from './swapParts';
import { hasRoomInPlace } from './tryFinalClaim';

const CLAIM: RecordedClaim = {
  uid: 'uid-1',
  volumeId: 'uid-0',
  accessModes: ['ReadWriteOnce'],
  storageClassName: 'fast',
  volumeMode: 'Filesystem',
  request: '5Gi',
  capacity: '10Gi',
  manifest: JSON.stringify({
    metadata: {
      name: 'home',
      uid: 'uid-1',
      resourceVersion: '7',
      finalizers: ['kubernetes.io/pvc-protection', 'example/own'],
      labels: { team: 'a' },
      annotations: {
        note: 'mine',
        'pv.kubernetes.io/bind-completed': 'yes',
        'volume.kubernetes.io/selected-node': 'one',
        'volume.beta.kubernetes.io/storage-provisioner': 'x'
      }
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      volumeMode: 'Filesystem',
      volumeName: 'old',
      resources: { requests: { storage: '5Gi' } },
      dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'origin' }
    }
  })
};

const PARTS = {
  namespace: 'hub',
  claimName: 'home',
  claim: CLAIM,
  temporaryName: 'home.restore-1',
  marks: { labels: { mark: '1' }, annotations: { by: 'restore' } }
} as unknown as SwapParts;

test('the claim comes again with its own words, and without those of the binder', () => {
  expect(finalClaim({ parts: PARTS, volumeName: 'new', capacity: '10Gi', owners: [] })).toEqual({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: 'home',
      labels: { team: 'a', 'datamark.github.io/volume-id': 'uid-0' },
      annotations: { note: 'mine', by: 'restore' }
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      volumeMode: 'Filesystem',
      volumeName: 'new',
      resources: { requests: { storage: '5Gi' } }
    }
  });
});

test('the claim asks for no more than its volume has', () => {
  const claim = finalClaim({ parts: PARTS, volumeName: 'kept', capacity: '3Gi', owners: [] });
  expect(claim).toMatchObject({ spec: { resources: { requests: { storage: '3Gi' } } } });
});

test('the temporary claim is as large as the old volume and the snapshot need', () => {
  const claim = temporaryClaim(PARTS, { snapshot: 'snap', restoreSize: 11 * 2 ** 30 });
  expect(claim).toMatchObject({
    metadata: { name: 'home.restore-1', labels: { mark: '1' } },
    spec: {
      storageClassName: 'fast',
      resources: { requests: { storage: String(11 * 2 ** 30) } },
      dataSourceRef: { kind: 'VolumeSnapshot', name: 'snap' }
    }
  });
  expect((claim as { spec: object }).spec).not.toHaveProperty('volumeName');
});

test.each([
  ['requested: persistentvolumeclaims=1, used: persistentvolumeclaims=2, limited: persistentvolumeclaims=2', true],
  ['requested: persistentvolumeclaims=1, used: persistentvolumeclaims=3, limited: persistentvolumeclaims=2', false],
  ['requested: requests.storage=5Gi, used: requests.storage=8Gi, limited: requests.storage=10Gi', true],
  ['something else', false]
])('a quota has room for a claim in the place of its like: %s', (words, has) => {
  expect(hasRoomInPlace(`persistentvolumeclaims "home" is forbidden: exceeded quota: q, ${words}`)).toBe(has);
});
