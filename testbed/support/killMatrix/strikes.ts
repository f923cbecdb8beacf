// How each fault is done. Each counts its hits itself, at the moment when it strikes.
import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../waitUntil';
import { markOf, type Arena } from './arena';
import type { Fault } from './faults';
import type { Flight } from './flights';
import { claimForeign, foreignKinds } from './foreignClaims';
import { deleted, made } from './lasting';
import { runServer } from './startedServers';

/** How long the quota is full. */
const LASTS_MS = 2_500;
/** What is to be deleted may come late where other faults strike the same restore. */
const LONGEST_S = 300;

/** Strikes all restores at once. */
export const STRIKE_ALL: Partial<Record<Fault, (arena: Arena) => Promise<void>>> = {
  'kill -9 of the controller': arena =>
    arena.alone(async () => {
      arena.flights.hit('kill -9 of the controller');
      await arena.scene.controller.restart();
    }),
  'restart of the API server': ({ cluster }) => cluster.restartApiServer(),
  'driver fails': ({ cluster }) => cluster.failDriver(),
  'quota full': async arena => {
    const { namespace } = arena.scene;
    const name = `full-${arena.random.below(1e9)}`;
    const hard = { persistentvolumeclaims: '0', pods: '0' };
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: { hard } };
    await made(`quota ${name}`, () => namespace.create(quota));
    arena.flights.hit('quota full');
    await delay(LASTS_MS);
    await deleted(`quota ${name}`, () => namespace.delete('ResourceQuota', name));
  }
};

/** Strikes one restore. */
export const STRIKE_ONE: Partial<Record<Fault, (arena: Arena, flight: Flight) => Promise<void>>> = {
  'check pod deleted': (arena, flight) => {
    const name = `datamark-check-${markOf(arena, flight)}`;
    return deleteWhenThere(arena, flight, 'check pod deleted', () =>
      arena.scene.namespace.delete('Pod', name, { gracePeriodSeconds: 1 })
    );
  },
  'Job’s pod deleted': (arena, flight) => {
    const { namespace } = arena.scene;
    return deleteWhenThere(arena, flight, 'Job’s pod deleted', async () => {
      const query = `labelSelector=${encodeURIComponent(`batch.kubernetes.io/job-name=${jobOf(arena, flight)}`)}`;
      const [pod] = await namespace.list('Pod', query);
      if (pod === undefined) {
        throw new Error('There is none yet.');
      }
      await namespace.delete('Pod', pod.metadata.name ?? '', { gracePeriodSeconds: 1 });
    });
  },
  'Job deleted': (arena, flight) => {
    const propagationPolicy = ['Foreground', 'Background', 'Orphan'][arena.random.below(3)];
    return deleteWhenThere(arena, flight, 'Job deleted', () =>
      arena.scene.namespace.delete('batch/v1:Job', jobOf(arena, flight), { propagationPolicy })
    );
  },
  'snapshot deleted': (arena, flight) => {
    const { source } = flight;
    return 'snapshot' in source
      ? deleteWhenThere(arena, flight, 'snapshot deleted', () =>
          arena.scene.namespace.delete('VolumeSnapshot', source.snapshot)
        )
      : Promise.resolve();
  },
  'server started': async ({ scene: { namespace }, flights, random, written }, flight) => {
    const { claim } = flight;
    const name = `jupyter-${claim}-${random.below(1e6)}`;
    if (flights.hit('server started', [flight]).length === 0) {
      return;
    }
    const file = await runServer({ namespace, name, claim });
    if (file !== null) {
      written.set(flight.name, [...(written.get(flight.name) ?? []), file]);
    }
  },
  ...Object.fromEntries(foreignKinds.map(([fault, options]) => [fault, claimForeign(fault, options)]))
};

const jobOf = (arena: Arena, flight: Flight): string => `datamark-copy-${markOf(arena, flight)}`;

/** Deletes what may not be there yet, as long as the restore goes on; only what was there is a hit. */
async function deleteWhenThere(
  { flights }: Arena,
  flight: Flight,
  fault: Fault,
  remove: () => Promise<void>
): Promise<void> {
  const tried = async (): Promise<boolean> => {
    if (!flights.isUnderWay(flight)) {
      return true;
    }
    await remove();
    flights.hit(fault, [flight]);
    return true;
  };
  await waitUntil(fault, tried, { seconds: LONGEST_S, every: 100 }).catch(() => undefined);
}
