/** Adds snapshots up by namespace and owner, page by page, so that nothing but the sums is kept. Pure. */
import type { OwnerTotals } from '../../../../../contract';
import { annotations, labels } from '../names';
import { bytesOf } from '../quantity';
import type { VolumeSnapshot } from '../resources';

/** What is added up of one snapshot, and where it is. */
export type CountedSnapshot = VolumeSnapshot & { readonly metadata: { readonly namespace: string } };

interface Sums {
  readonly namespace: string;
  readonly owner: string | null;
  snapshots: number;
  automatic: number;
  held: number;
  notReady: number;
  oldestMs: number;
  newestMs: number;
  bytes: number;
  unsized: number;
}

/** The sums so far. */
export class OwnerSums {
  private readonly sums = new Map<string, Sums>();
  private count = 0;

  /** `now`: whether a hold is over, ms. */
  constructor(private readonly now: number) {}

  /** How many were added. */
  get snapshots(): number {
    return this.count;
  }

  add(snapshot: CountedSnapshot): void {
    const { namespace, labels: marks, annotations: texts, creationTimestamp } = snapshot.metadata;
    const owner = marks[labels.owner] ?? null;
    const key = `${namespace}\n${owner ?? ''}`;
    const madeMs = Date.parse(snapshot.status.creationTime ?? creationTimestamp);
    const sums = this.sums.get(key) ?? startOf(namespace, owner);
    this.sums.set(key, sums);
    this.count += 1;
    const bytes = bytesOf(snapshot.status.restoreSize);
    sums.snapshots += 1;
    sums.automatic += marks[labels.origin] === 'auto' ? 1 : 0;
    sums.held += isHeld(texts[annotations.heldUntil], this.now) ? 1 : 0;
    sums.notReady += snapshot.status.readyToUse === true ? 0 : 1;
    sums.oldestMs = Math.min(sums.oldestMs, madeMs);
    sums.newestMs = Math.max(sums.newestMs, madeMs);
    sums.bytes += bytes ?? 0;
    sums.unsized += bytes === null || bytes === 0 ? 1 : 0;
  }

  /** Most snapshots first. */
  totals(): OwnerTotals[] {
    return [...this.sums.values()]
      .sort((one, other) => other.snapshots - one.snapshots || compare(one.namespace, other.namespace))
      .map(({ oldestMs, newestMs, bytes, unsized, ...counts }) => ({
        ...counts,
        oldest: new Date(oldestMs).toISOString(),
        newest: new Date(newestMs).toISOString(),
        restoreSize:
          unsized === 0
            ? { known: true, bytes }
            : { known: false, reason: `${unsized} of ${counts.snapshots} snapshots don’t say it.` }
      }));
  }
}

const startOf = (namespace: string, owner: string | null): Sums => ({
  namespace,
  owner,
  snapshots: 0,
  automatic: 0,
  held: 0,
  notReady: 0,
  oldestMs: Number.POSITIVE_INFINITY,
  newestMs: Number.NEGATIVE_INFINITY,
  bytes: 0,
  unsized: 0
});

const isHeld = (until: string | undefined, now: number): boolean =>
  until !== undefined && (until === 'forever' || Date.parse(until) > now);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
