/**
 * Writes the claims and snapshots of many users into an API server, with their status, in parallel over a few kept
 * connections. usage: writeObjects.mjs SERVER CA TOKEN NAMESPACE USERS CLAIMS_EACH SNAPSHOTS_EACH
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

const PARALLEL = 48;
const DAY_MS = 86_400_000;
const NEWEST = Date.UTC(2026, 10, 20);

const [server, authority, token, namespace, ...counts] = process.argv.slice(2);
const [users, claimsEach, snapshotsEach] = counts.map(Number);
const agent = new Agent({ keepAlive: true, maxSockets: PARALLEL, ca: readFileSync(authority) });

/** Sends one object; throws for every status but 2xx. */
const send = (method, path, body, contentType = 'application/json') =>
  new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': contentType,
      'content-length': Buffer.byteLength(text)
    };
    const asked = request(`${server}${path}`, { method, agent, headers }, response => {
      const chunks = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode < 300) {
          resolve();
        } else {
          reject(new Error(`${method} ${path}: ${response.statusCode} ${Buffer.concat(chunks)}`));
        }
      });
    });
    asked.on('error', reject);
    asked.end(text);
  });

const userOf = number => `user-${String(number).padStart(4, '0')}`;
const claimsPath = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
const snapshotsPath = `/apis/snapshot.storage.k8s.io/v1/namespaces/${namespace}/volumesnapshots`;
const marks = (user, volumeId) => ({
  'app.kubernetes.io/managed-by': 'datamark',
  'datamark.github.io/owner': user,
  'datamark.github.io/volume-id': volumeId
});

async function writeClaim(user, claim) {
  await send('POST', claimsPath, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claim,
      labels: { 'datamark.github.io/owner': user, 'datamark.github.io/volume-id': `id-${claim}` },
      annotations: { 'volume.kubernetes.io/storage-provisioner': 'cow.csi.test' }
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'cow',
      volumeName: `pv-${claim}`,
      resources: { requests: { storage: '10Gi' } }
    }
  });
  const status = { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '10Gi' } };
  await send('PATCH', `${claimsPath}/${claim}/status`, { status }, 'application/merge-patch+json');
}

/** The status goes with it: the CRD of this API server has no status of its own. */
async function writeSnapshot(user, claim, number) {
  const made = new Date(NEWEST - (number * DAY_MS) / 2).toISOString().replace('.000', '');
  const stamp = made.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const name = `${claim}.${stamp}z-${String(number).padStart(4, '0')}`;
  await send('POST', snapshotsPath, {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: {
      name,
      labels: { ...marks(user, `id-${claim}`), 'datamark.github.io/origin': number % 3 === 0 ? 'auto' : 'datamark' },
      annotations: {
        'datamark.github.io/title': `run ${number} of ${claim}`,
        'datamark.github.io/created-by': user,
        'datamark.github.io/notebook': 'work/features.ipynb'
      }
    },
    spec: { source: { persistentVolumeClaimName: claim }, volumeSnapshotClassName: 'cow' },
    status: {
      boundVolumeSnapshotContentName: `snapcontent-${name}`,
      creationTime: made,
      readyToUse: true,
      restoreSize: '10Gi'
    }
  });
}

/** Each job is a function; as many at a time as there are connections. */
function* jobs() {
  for (let number = 0; number < users; number += 1) {
    const user = userOf(number);
    const claims = Array.from({ length: claimsEach }, (_, index) => `claim-${user}-${index}`);
    for (const claim of claims) {
      yield () => writeClaim(user, claim);
    }
    for (let snapshot = 0; snapshot < snapshotsEach; snapshot += 1) {
      yield () => writeSnapshot(user, claims[snapshot % claimsEach], snapshot);
    }
  }
}

const queue = jobs();
let written = 0;
const work = async () => {
  for (const job of queue) {
    await job();
    written += 1;
  }
};
await Promise.all(Array.from({ length: PARALLEL }, work));
agent.destroy();
process.stdout.write(`${written}\n`);
