// One round: restores begin together, faults strike them, and each is looked at when all of them have ended.
import { setTimeout as delay } from 'node:timers/promises';
import { at } from '../kubernetesObject';
import { waitUntil } from '../waitUntil';
import { allOf } from './allOf';
import type { Arena } from './arena';
import type { Flight } from './flights';
import { FOREIGN } from './foreignClaims';
import { lasting } from './lasting';
import type { Strike } from './schedule';
import { STRIKE_ALL, STRIKE_ONE } from './strikes';
import { judge, type Verdict } from './verdict';

/** A restore that has not ended by then never will. */
const LONGEST_S = 400;
const CLAIM = 'PersistentVolumeClaim';

/** Faults that wait until the controller is killed in the gap. */
const inGap = ({ fault, at: phase }: Strike): boolean =>
  phase === 'Restoring' && (fault === 'server started' || fault.startsWith('foreign'));

/** Strikes, and waits for the end; returns those that have none. */
export async function strikeAll(arena: Arena, strikes: readonly Strike[]): Promise<Flight[]> {
  const { flights, finalizer, cluster, alone } = arena;
  const leave = cluster.join({ hit: fault => void flights.hit(fault), alone });
  const now = finalizer === null ? strikes : strikes.filter(strike => !inGap(strike));
  const struck = now.flatMap(strike => strikeWhenDue(arena, strike));
  if (finalizer !== null) {
    struck.push(standStillInTheGap(arena, () => strikes.filter(inGap).flatMap(strike => one(arena, strike))));
  }
  const ends = allOf(struck);
  // Looked at below, when the restores have ended.
  ends.catch(() => undefined);
  const endless = await flights.allEnded(LONGEST_S);
  await ends.finally(leave);
  return endless;
}

/** How each has ended; those without an end have no verdict. */
export async function judgeAll(arena: Arena, endless: readonly Flight[]): Promise<Verdict[]> {
  await removeForeign(arena);
  await letGo(arena);
  return Promise.all(arena.flights.all.filter(flight => !endless.includes(flight)).map(flight => judge(arena, flight)));
}

function strikeWhenDue(arena: Arena, strike: Strike): Promise<void>[] {
  const { fault, at: phase, count, delayMs, whom } = strike;
  const all = STRIKE_ALL[fault];
  if (whom !== null || all === undefined) {
    return one(arena, strike);
  }
  const due = async (): Promise<void> => {
    if (await arena.flights.whenReached(phase, Math.min(count, arena.flights.all.length))) {
      await delay(delayMs);
      await all(arena);
    }
  };
  return [due()];
}

/** Each of those that it strikes, when that one has come so far. */
function one(arena: Arena, { fault, at: phase, delayMs, whom }: Strike): Promise<void>[] {
  const { flights, random } = arena;
  return flights.all
    .filter((_, index) => whom?.includes(index) ?? true)
    .map(async flight => {
      const wait = random.below(delayMs + 1);
      if (await flights.whenReached(phase, 1, [flight])) {
        await delay(wait);
        await STRIKE_ONE[fault]?.(arena, flight);
      }
    });
}

/** The old claims are deleted and not gone; then they go, and no controller is there to make the new ones. */
async function standStillInTheGap(arena: Arena, meddle: () => Promise<void>[]): Promise<void> {
  const { flights, scene, alone } = arena;
  const { namespace, controller } = scene;
  const isDeleted = async (name: string): Promise<boolean> =>
    (await namespace.get(CLAIM, name)).metadata.deletionTimestamp !== undefined;
  const allDeleted = async (): Promise<boolean> =>
    (await Promise.all(flights.underWay().map(({ claim }) => isDeleted(claim)))).every(Boolean);
  await waitUntil('the old claims to be deleted', allDeleted, { seconds: LONGEST_S, every: 250 });
  await alone(async () => {
    const hit = flights.hit('kill -9 of the controller');
    await controller.kill();
    const gone = async (name: string): Promise<void> => {
      const free = { metadata: { finalizers: null } };
      await lasting(`claim ${name} to be let go`, () => namespace.patch(CLAIM, name, free));
      await namespace.waitUntilGone(CLAIM, name);
    };
    await Promise.all(hit.map(({ claim }) => gone(claim)));
    const meddling = meddle();
    // Each had its first try; what is refused now is tried until the restore is over.
    await delay(1_000);
    await controller.start();
    return { meddling };
  }).then(({ meddling }) => Promise.all(meddling));
}

/** Claims that others have made for themselves, and their volumes, which their class would keep. */
async function removeForeign({ scene: { namespace } }: Arena): Promise<void> {
  const policy = { spec: { persistentVolumeReclaimPolicy: 'Delete' } };
  for (const claim of await namespace.list(CLAIM, `labelSelector=${FOREIGN}`)) {
    const volume = at(claim, 'spec', 'volumeName');
    if (typeof volume === 'string') {
      await namespace.cluster.admin.patch('PersistentVolume', volume, policy);
    }
    await namespace.delete(CLAIM, claim.metadata.name ?? '');
  }
}

/** Claims of restores that never came to the gap. */
async function letGo({ finalizer, flights, scene: { namespace } }: Arena): Promise<void> {
  if (finalizer === null) {
    return;
  }
  for (const { claim } of flights.all) {
    const { finalizers = [] } = (await namespace.find(CLAIM, claim))?.metadata ?? {};
    if (finalizers.includes(finalizer)) {
      const others = finalizers.filter(other => other !== finalizer);
      await namespace.patch(CLAIM, claim, { metadata: { finalizers: others } });
    }
  }
}
