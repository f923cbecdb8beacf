// The faults of the matrix that can strike the peer: it has no controller, no check pod and no Job.
import { setTimeout as delay } from 'node:timers/promises';
import { Refused } from '../account';
import { at } from '../kubernetesObject';
import { claim } from '../manifests';
import { pod } from '../testPod';
import { waitUntil } from '../waitUntil';
import type { Fault } from './faults';
import { foreignKinds } from './foreignClaims';
import { hit, type PeerFlight, type PeerScene } from './peerFlights';
import { MARK } from './volumeBytes';

const LASTS_MS = 2_500;
/** Between two tries to make a claim of a name that is free for a moment, ms. */
const AGAIN_MS = 15;
const ENDED = ['Succeeded', 'Failed'];

/** Strikes one restore, unless it has ended. */
type StrikeOne = (scene: PeerScene, flight: PeerFlight, fault: Fault) => Promise<void>;

/** Strikes all of a round; `hit` notes which are under way at that moment. */
type StrikeAll = (scene: PeerScene, strikes: () => void) => Promise<void>;

export const PEER_STRIKE_ALL: Partial<Record<Fault, StrikeAll>> = {
  'restart of the API server': async ({ bed }, strikes) => {
    strikes();
    await bed.kill('apiserver');
    await bed.startAll();
  },
  'quota full': async ({ namespace }, strikes) => {
    const hard = { persistentvolumeclaims: '0', pods: '0' };
    await namespace.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'full' }, spec: { hard } });
    strikes();
    await delay(LASTS_MS);
    await namespace.delete('ResourceQuota', 'full');
  },
  'driver fails': async ({ bytes }, strikes) => {
    await bytes.outage(true);
    strikes();
    await delay(LASTS_MS);
    await bytes.outage(false);
  }
};

export const PEER_STRIKE_ONE: Partial<Record<Fault, StrikeOne>> = {
  // The process that carries out the restore is the peer's own.
  'kill -9 of the controller': async (_, flight, fault) => {
    if (hit(fault)(flight)) {
      flight.call.kill();
    }
  },
  'snapshot deleted': async ({ namespace }, flight, fault) => {
    if (hit(fault)(flight)) {
      await namespace.delete('VolumeSnapshot', flight.home.snapshot);
    }
  },
  'server started': startServer,
  ...Object.fromEntries(foreignKinds.map(([fault, options]) => [fault, claimForeign(options)]))
};

/** It writes a file, ends, and is deleted, as a hub deletes the ended. */
async function startServer({ namespace }: PeerScene, flight: PeerFlight, fault: Fault): Promise<void> {
  if (!hit(fault)(flight)) {
    return;
  }
  const name = `jupyter-${flight.home.claim}`;
  const command = `touch /home/jovyan/${MARK}${name} && sync && exit 0; exit 1`;
  const claims = { '/home/jovyan': flight.home.claim };
  await namespace.create(pod(namespace.cluster.image, name, { claims, command, restartPolicy: 'Never' }));
  const ended = async (): Promise<boolean> =>
    ENDED.includes(String(at(await namespace.get('Pod', name), 'status', 'phase')));
  await waitUntil(`server ${name} to have ended`, ended, { seconds: 12, every: 250 }).catch(() => undefined);
  await namespace.delete('Pod', name, { gracePeriodSeconds: 1 });
}

/** Tried from now on, until the name is free or the restore is over. */
function claimForeign(options: Parameters<typeof claim>[1]): StrikeOne {
  return async ({ namespace }, flight, fault) => {
    if (!hit(fault)(flight)) {
      return;
    }
    while (flight.call.end === undefined) {
      try {
        await namespace.create(claim(flight.home.claim, options));
        return;
      } catch (error) {
        if (!(error instanceof Refused)) {
          throw error;
        }
      }
      await delay(AGAIN_MS);
    }
  };
}
