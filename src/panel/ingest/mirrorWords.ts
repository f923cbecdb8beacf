/** What is said of a mirror. Pure; `now` is the server’s clock. What the storage does not tell is “–”, with the reason. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { FreshnessGuard, LastTransfer, Mirror, MirrorReason, MirrorState } from '../../../contract';
import { measuredText } from '../../dialogs/figures';
import { UNKNOWN, type Format } from '../../model/format';
import { ageOf } from '../../model/mirrorAge';

type Trans = TranslationBundle;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "12 min", "1 h 12 min", "1 day 3 h", "3 days": a length of time as coarse as it is long. */
export function coarse(ms: number, trans: Trans): string {
  if (ms < MINUTE) {
    return trans.__('%1 s', Math.max(0, Math.round(ms / 1_000)));
  }
  if (ms < HOUR) {
    return trans.__('%1 min', Math.floor(ms / MINUTE));
  }
  const hours = Math.floor(ms / HOUR);
  if (ms < DAY) {
    const minutes = Math.floor((ms % HOUR) / MINUTE);
    return minutes === 0 ? trans.__('%1 h', hours) : trans.__('%1 h %2 min', hours, minutes);
  }
  const days = Math.floor(ms / DAY);
  return days === 1 && hours > 24 ? trans.__('1 day %1 h', hours - 24) : trans._n('%1 day', '%1 days', days);
}

/** "as of 12 min ago"; "data age –" where it is not known. */
export function ageWords(mirror: Mirror, now: Date, format: Format, trans: Trans): string {
  const age = ageOf(mirror, now);
  if (age === null) {
    return mirror.data.known
      ? trans.__('data age %1: a clock is wrong, it would be of %2', UNKNOWN, format.moment(mirror.data.asOf, now))
      : trans.__('data age %1', UNKNOWN);
  }
  return age < MINUTE ? trans.__('as of just now') : trans.__('as of %1 ago', coarse(age, trans));
}

/** A state in words; one that is new to Datamark in those of who told it. */
export function stateWords({ state, stateAsTold }: Pick<Mirror, 'state' | 'stateAsTold'>, trans: Trans): string {
  const words: Readonly<Record<Exclude<MirrorState, 'unknown'>, string>> = {
    'not-reconciled': trans.__('State not told yet'),
    uninitialized: trans.__('Nothing transferred yet'),
    establishing: trans.__('Being established'),
    mirrored: trans.__('Mirrored'),
    'in-sync': trans.__('In sync'),
    'out-of-sync': trans.__('Out of sync'),
    synchronizing: trans.__('Synchronizing'),
    paused: trans.__('Paused'),
    expanding: trans.__('Expanding'),
    shrinking: trans.__('Shrinking'),
    reestablishing: trans.__('Being re-established'),
    promoting: trans.__('Being promoted'),
    promoted: trans.__('Promoted'),
    'broken-off': trans.__('Broken off: replication has ended, often on purpose'),
    released: trans.__('Released'),
    failed: trans.__('Failed'),
    invalid: trans.__('Invalid')
  };
  return state === 'unknown'
    ? stateAsTold === null
      ? trans.__('State not known')
      : trans.__('“%1”, a state that Datamark does not know', stateAsTold)
    : words[state];
}

/** "as told by ONTAP at 14:19". */
export function toldWords({ toldBy, toldAt }: Mirror, now: Date, format: Format, trans: Trans): string {
  const who = tellerOf({ toldBy });
  return toldAt === null
    ? trans.__('as told by %1, not said when', who)
    : trans.__('as told by %1 at %2', who, format.moment(toldAt, now));
}

/** Who told it. */
export const tellerOf = ({ toldBy }: Pick<Mirror, 'toldBy'>): string => (toldBy === 'ontap' ? 'ONTAP' : 'Trident');

/** A reason as the storage says it, with its code. */
export const reasonWords = ({ message, code }: MirrorReason): string =>
  code === null ? `“${message}”` : `“${message}” (${code})`;

/** "Update failed. ONTAP says:" */
export function refusalHeading(mirror: Mirror, trans: Trans): string {
  const who = tellerOf(mirror);
  const { lastTransfer } = mirror;
  return lastTransfer?.state === 'failed' || lastTransfer?.state === 'aborted'
    ? lastTransfer.state === 'failed'
      ? trans.__('%1 failed. %2 says:', transferName(lastTransfer.type, trans), who)
      : trans.__('%1 was aborted. %2 says:', transferName(lastTransfer.type, trans), who)
    : trans.__('Unhealthy. %1 says:', who);
}

/** "Update", "First transfer", … */
export function transferName(type: LastTransfer['type'], trans: Trans): string {
  switch (type) {
    case 'initialize':
      return trans.__('First transfer');
    case 'update':
      return trans.__('Update');
    case 'resync':
      return trans.__('Resync');
    case 'restore':
      return trans.__('Restore');
    case 'unknown':
      return trans.__('Transfer');
  }
}

/** The line below the age: "Healthy · last transfer 1.2 GiB in 48 s", "Established · age needs ONTAP access". */
export function conditionWords(mirror: Mirror, format: Format, trans: Trans): string {
  const { health, state, data, lastTransfer } = mirror;
  const plain = state === 'mirrored' || state === 'in-sync';
  const parts =
    health.state === 'healthy'
      ? [plain ? trans.__('Healthy') : stateWords(mirror, trans)]
      : health.state === 'unhealthy'
        ? plain
          ? []
          : [stateWords(mirror, trans)]
        : [stateWords(mirror, trans), health.reason];
  if (!data.known && !parts.includes(data.reason)) {
    parts.push(data.reason);
  }
  // The heading of an unhealthy mirror says how its last transfer ended.
  const ended = lastTransfer?.state === 'succeeded' || health.state !== 'unhealthy' ? lastTransfer : null;
  const end = ended === null ? null : endWords(ended, format, trans);
  return [...parts, ...(end === null ? [] : [end])].join(' · ');
}

/** How the last transfer ended, in short; null: not told. */
function endWords(last: LastTransfer, format: Format, trans: Trans): string | null {
  switch (last.state) {
    case 'succeeded':
      return trans.__('last transfer %1', amountWords(last, format, trans));
    case 'failed':
      return trans.__('last transfer failed');
    case 'aborted':
      return trans.__('last transfer was aborted');
    case 'unknown':
      return null;
  }
}

/** "1.2 GiB in 48 s"; what is not told is left "–". */
export function amountWords(
  { bytes, seconds }: Pick<LastTransfer, 'bytes' | 'seconds'>,
  format: Format,
  trans: Trans
): string {
  const size = bytes === null ? UNKNOWN : format.bytes(bytes);
  return seconds === null ? size : trans.__('%1 in %2', size, measuredText(seconds * 1_000, trans));
}

/** All of the last transfer: "Update, 1.2 GiB in 48 s, 25.6 MiB/s, ended 19 Nov, 14:08". */
export function lastTransferWords(last: LastTransfer, now: Date, format: Format, trans: Trans): string {
  const how =
    last.state === 'succeeded'
      ? transferName(last.type, trans)
      : last.state === 'failed'
        ? trans.__('%1, failed', transferName(last.type, trans))
        : last.state === 'aborted'
          ? trans.__('%1, aborted', transferName(last.type, trans))
          : trans.__('%1, end not told', transferName(last.type, trans));
  const rate = last.bytesPerSecond === null ? [] : [rateWords(last.bytesPerSecond, format, trans)];
  const end = last.endedAt === null ? UNKNOWN : format.moment(last.endedAt, now);
  return [how, amountWords(last, format, trans), ...rate, trans.__('ended %1', end)].join(', ');
}

const rateWords = (bytesPerSecond: number, format: Format, trans: Trans): string =>
  trans.__('%1/s', format.bytes(bytesPerSecond));

/** "Transferring: 3.4 GiB so far, 2 min 10 s, 26.8 MiB/s": no share, because ONTAP tells no total. null: none runs. */
export function runningWords({ transfer }: Mirror, format: Format, trans: Trans): string | null {
  if (transfer === null) {
    return null;
  }
  if (transfer.state === 'queued') {
    return trans.__('A transfer waits to begin');
  }
  const { bytes, seconds, bytesPerSecond } = transfer;
  return [
    bytes === null ? trans.__('Transferring: %1', UNKNOWN) : trans.__('Transferring: %1 so far', format.bytes(bytes)),
    ...(seconds === null ? [] : [measuredText(seconds * 1_000, trans)]),
    ...(bytesPerSecond === null ? [] : [rateWords(bytesPerSecond, format, trans)])
  ].join(', ');
}

/** Why an age stands out; null: it does not, or nothing is promised. */
export function lateWords(
  late: { readonly guard: FreshnessGuard['state'] | null; readonly schedule: boolean },
  mirror: Mirror,
  trans: Trans
): string | null {
  if (late.guard === 'stale' && mirror.guard !== null) {
    return trans.__('Older than the %1 that this volume allows.', coarse(mirror.guard.maxAgeSeconds * 1_000, trans));
  }
  return late.schedule && mirror.schedule !== null
    ? trans.__('Older than the schedule %1 promises.', mirror.schedule.name)
    : null;
}

/** "Last good transfer: 16 Nov, 13:40", where the last one was none and somebody saw it; null: nothing to say. */
export function lastGoodWords({ lastTransfer, seen }: Mirror, now: Date, format: Format, trans: Trans): string | null {
  const good = seen?.items.findLast(({ state }) => state === 'succeeded');
  return good === undefined || lastTransfer === null || lastTransfer.state === 'succeeded'
    ? null
    : trans.__('Last good transfer: %1', format.moment(good.endedAt, now));
}

/** What a message says when the data of a volume has become too old. */
export const staleWords = (mirror: Mirror, now: Date, format: Format, trans: Trans): string =>
  trans.__(
    'The data in %1 is %2. At most %3 are allowed.',
    mirror.volumeName,
    ageWords(mirror, now, format, trans),
    coarse((mirror.guard?.maxAgeSeconds ?? 0) * 1_000, trans)
  );

/** What a message says when an update has arrived. */
export const arrivedWords = (mirror: Mirror, now: Date, format: Format, trans: Trans): string =>
  mirror.lastTransfer === null || mirror.lastTransfer.state !== 'succeeded'
    ? trans.__('%1 is updated: %2.', mirror.volumeName, ageWords(mirror, now, format, trans))
    : trans.__(
        '%1 is updated: %2, %3.',
        mirror.volumeName,
        amountWords(mirror.lastTransfer, format, trans),
        ageWords(mirror, now, format, trans)
      );
