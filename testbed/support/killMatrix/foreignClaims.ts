// Somebody else makes a claim of a name that the restore needs, as a hub does that starts a server.
import { setTimeout as delay } from 'node:timers/promises';
import { Refused } from '../account';
import { claim } from '../manifests';
import { markOf, type Arena } from './arena';
import type { Fault } from './faults';
import type { Flight } from './flights';

/** Its volumes stay when their claim goes; no home of the matrix is of it. */
export const KEEPING_CLASS = 'cow-retain';

/** What others make, by fault. */
export const foreignKinds: readonly (readonly [Fault, Parameters<typeof claim>[1]])[] = [
  ['foreign claim: same', {}],
  ['foreign claim: larger', { size: '2Gi' }],
  ['foreign claim: other mode', { accessModes: ['ReadWriteMany'] }],
  ['foreign claim: other class', { storageClass: KEEPING_CLASS, size: '10Mi' }],
  ['foreign claim: first consumer', { storageClass: 'cow-wffc' }]
];

/** Between two tries: the name is free for some 50 ms only. */
const AGAIN_MS = 15;
const LONGEST_MS = 60_000;
/** Label of claims that are removed afterwards: they never become a user's. */
export const FOREIGN = 'tests.example/foreign';

/**
 * A swap: the user's claim, tried from now on until the name is free, or the restore is over. Others never free that
 * name: there it is the claim that they are about to make for themselves.
 */
export const claimForeign =
  (fault: Fault, options: Parameters<typeof claim>[1]) =>
  async (arena: Arena, flight: Flight): Promise<void> => {
    const { scene, flights } = arena;
    const isSwap = flight.strategy === 'swap';
    const name = isSwap ? flight.claim : `${flight.claim}.restore-${markOf(arena, flight)}`;
    const made = claim(name, { ...options, ...(isSwap ? {} : { labels: { [FOREIGN]: 'true' } }) });
    flights.hit(fault, [flight]);
    const end = performance.now() + LONGEST_MS;
    while (flights.isUnderWay(flight) && performance.now() < end) {
      try {
        await scene.namespace.create(made);
        return;
      } catch (error) {
        if (!isSwap && error instanceof Refused) {
          return;
        }
      }
      await delay(AGAIN_MS);
    }
  };
