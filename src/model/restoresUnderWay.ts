/** Restores that were approved and have not ended: which one a volume has, and which waits for the page's own server. Pure. */
import type { Operation, Restore } from '../../contract';

const UNDER_WAY: ReadonlySet<Restore['phase']> = new Set([
  'preparing',
  'waiting',
  'securing',
  'restoring',
  'verifying'
]);

/** Whether a server has to stop for it. */
export const stopsServer = (restore: Restore): boolean =>
  restore.plan?.stopsServer === true && restore.strategy !== 'files';

/** The one of a volume, or of any; null: none. */
export const restoreUnderWay = (restores: readonly Restore[], volume?: string): Restore | null =>
  restores.find(one => (volume === undefined || one.volume === volume) && UNDER_WAY.has(one.phase)) ?? null;

/** The one that goes back to a snapshot, or null. */
export const restoreTo = (restores: readonly Restore[], snapshot: string): Restore | null =>
  restores.find(one => one.snapshot === snapshot && UNDER_WAY.has(one.phase)) ?? null;

/** The one that takes a restore back, or null. */
export const undoUnderWay = (restores: readonly Restore[], undone: string): Restore | null =>
  restores.find(one => one.undoOf === undone && UNDER_WAY.has(one.phase)) ?? null;

/** Whether all is prepared and nothing but its server keeps it. */
export const waitsForServer = (restore: Restore): boolean => restore.phase === 'waiting' && stopsServer(restore);

/** Those that go on as soon as the server stops. One that is being cancelled does not. */
export const waitingForServer = (restores: readonly Restore[], operations: readonly Operation[]): Restore[] =>
  restores.filter(
    restore =>
      waitsForServer(restore) &&
      !operations.some(({ object, state }) => object.name === restore.id && state === 'cancelling')
  );
