/**
 * What was seen of the transfers of one mirror. ONTAP keeps no history: a transfer is noted when a look finds the end of another
 * one than the look before. Pure.
 */
import { z } from 'zod';
import { SeenTransfer, type SeenTransfers } from '../../../../contract';
import type { LastTransfer } from '../../../../contract';

/** Transfers that are kept of a mirror. */
export const MOST_TRANSFERS = 24;
/** Looks that may come late before something counts as not watched. */
const LATE_LOOKS = 2.5;
const LATE_MS = 60_000;

export const MirrorHistory = z.object({
  since: z.iso.datetime(),
  /** When somebody was shown the mirror last. */
  shownAt: z.iso.datetime(),
  watchedAt: z.iso.datetime(),
  gaps: z.boolean(),
  /** End of the last transfer in ONTAP’s own writing; null: it told none. */
  end: z.string().nullable(),
  /** Bytes of all transfers, as told while none ran; null: not told. */
  total: z.number().nullable(),
  /** When the snapshot was made that readers saw at the last look; null: not known. */
  asOf: z.iso.datetime().nullable(),
  items: z.array(SeenTransfer).max(MOST_TRANSFERS)
});
export type MirrorHistory = z.infer<typeof MirrorHistory>;

/** One look at a mirror. */
export interface MirrorLook {
  readonly at: Date;
  readonly end: string | null;
  readonly total: number | null;
  readonly inFlight: boolean;
  readonly asOf: string | null;
  readonly lastTransfer: LastTransfer | null;
}

/** The first look: which transfers were before is not known. */
export const beginHistory = ({ at, end, total, inFlight, asOf }: MirrorLook): MirrorHistory => ({
  since: at.toISOString(),
  shownAt: at.toISOString(),
  watchedAt: at.toISOString(),
  gaps: false,
  end,
  total: inFlight ? null : total,
  asOf,
  items: []
});

/** The history with what this look adds. `everyMs`: how often is looked, at least. */
export function withLook(history: MirrorHistory, look: MirrorLook, everyMs: number): MirrorHistory {
  const pause = look.at.getTime() - Date.parse(history.watchedAt);
  const ended = look.end !== null && look.end !== history.end ? look.lastTransfer : null;
  const item = ended === null ? null : seenTransfer(ended, history, look);
  const missed = pause > LATE_LOOKS * everyMs + LATE_MS || hasMissed(history, look, ended);
  return {
    ...history,
    watchedAt: look.at.toISOString(),
    gaps: history.gaps || missed,
    end: look.end ?? history.end,
    total: look.inFlight ? history.total : look.total,
    asOf: look.asOf,
    items: item === null ? history.items : [...history.items, item].slice(-MOST_TRANSFERS)
  };
}

/** As it is told. */
export const seenOf = ({ since, items, gaps }: MirrorHistory): SeenTransfers => ({ since, items, gaps });

/** What two controllers have written down of the same mirror. */
export function joinedHistory(one: MirrorHistory, other: MirrorHistory): MirrorHistory {
  const [newer, older] = one.watchedAt >= other.watchedAt ? [one, other] : [other, one];
  // The same end can differ by a second where clocks are corrected.
  const known = (end: string): boolean =>
    newer.items.some(({ endedAt }) => Math.abs(Date.parse(endedAt) - Date.parse(end)) < 2_000);
  const items = [...newer.items, ...older.items.filter(({ endedAt }) => !known(endedAt))];
  return {
    ...newer,
    since: one.since < other.since ? one.since : other.since,
    shownAt: one.shownAt > other.shownAt ? one.shownAt : other.shownAt,
    gaps: one.gaps || other.gaps,
    items: items.sort((a, b) => Date.parse(a.endedAt) - Date.parse(b.endedAt)).slice(-MOST_TRANSFERS)
  };
}

function seenTransfer(
  { type, state, bytes, seconds, endedAt }: LastTransfer,
  { asOf }: MirrorHistory,
  look: MirrorLook
): SeenTransfer {
  const end = endedAt ?? look.at.toISOString();
  const age = asOf === null ? null : (Date.parse(end) - Date.parse(asOf)) / 1000;
  return { endedAt: end, type, state, bytes, seconds, ageSeconds: age === null || age < 0 ? null : Math.round(age) };
}

/** More bytes came than the one transfer that is told brought. */
function hasMissed({ total }: MirrorHistory, look: MirrorLook, ended: LastTransfer | null): boolean {
  if (look.inFlight || total === null || look.total === null || (ended !== null && ended.bytes === null)) {
    return false;
  }
  return look.total - total > (ended?.bytes ?? 0);
}
