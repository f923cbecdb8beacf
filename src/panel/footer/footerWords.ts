/** Words of the footer: operations and the connection line. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Operation, Restore } from '../../../contract';
import { errorIcon, lockIcon, offIcon, okIcon, pendingIcon, plugIcon, warnIcon } from '../../icons';
import type { Format } from '../../model/format';
import { waitsForServer } from '../../model/restoresUnderWay';
import type { Connection } from '../../tokens';

/** "Creating “before lr sweep”", "Not deleted: …". */
export function operationWords(
  operation: Operation,
  trans: TranslationBundle,
  restores: readonly Restore[] = []
): string {
  const { verb, state, object } = operation;
  const restore = restores.find(one => verb === 'restore' && one.id === object.name);
  const { label } = object;
  if (state === 'failed') {
    const why = operation.problem?.detail ?? '';
    switch (verb) {
      case 'snapshot':
        return trans.__('“%1” was not created. %2', label, why);
      case 'clone':
        return trans.__('Clone %1 was not created. %2', label, why);
      case 'restore':
        return restore?.strategy === 'files'
          ? trans.__('Files of %1 were not copied back. %2', operation.volumeName, why)
          : trans.__('%1 was not restored. %2', operation.volumeName, why);
      case 'delete':
        return trans.__('“%1” was not deleted. %2', label, why);
    }
  }
  if (state === 'cancelling') {
    return trans.__('Cancelling “%1”', label);
  }
  if (state === 'queued') {
    return trans.__('“%1” waits its turn', label);
  }
  switch (verb) {
    case 'snapshot':
      return trans.__('Creating “%1”', label);
    case 'clone':
      return trans.__('Creating clone %1', label);
    case 'restore':
      return restoringWords(operation.volumeName, restore, trans);
    case 'delete':
      return trans.__('Deleting “%1”', label);
  }
}

function restoringWords(volumeName: string, restore: Restore | undefined, trans: TranslationBundle): string {
  if (restore === undefined) {
    return trans.__('Restoring %1', volumeName);
  }
  if (restore.phase === 'planning') {
    return trans.__('Making a plan for %1', volumeName);
  }
  if (restore.strategy === 'files') {
    return trans.__('Copying files of %1 back', volumeName);
  }
  if (waitsForServer(restore)) {
    return trans.__('%1 waits until your server stops', volumeName);
  }
  return restore.undoOf === null
    ? trans.__('Restoring %1', volumeName)
    : trans.__('Undoing the restore of %1', volumeName);
}

export interface ConnectionLine {
  readonly icon: LabIcon;
  readonly look: string;
  readonly text: string;
}

/** Connection and permission state in one line. */
export function connectionLine(
  connection: Connection,
  now: Date,
  format: Format,
  trans: TranslationBundle
): ConnectionLine {
  switch (connection.state) {
    case 'idle':
      return { icon: offIcon, look: 'dm-dim', text: trans.__('Updates are off') };
    case 'connecting':
      return { icon: pendingIcon, look: 'dm-busy dm-spin', text: trans.__('Connecting…') };
    case 'online': {
      const { capabilities, check, freshness, notices, provider } = connection.status;
      if (!freshness.current) {
        const retryAt = freshness.retryAt === null ? null : new Date(freshness.retryAt);
        return silence(new Date(freshness.since), retryAt, now, format, trans);
      }
      const off = check?.failed ?? Object.values(capabilities).filter(one => !one.available).length;
      if (off > 0) {
        const text = trans._n('%1 feature off: see check report', '%1 features off: see check report', off);
        return { icon: warnIcon, look: 'dm-warn', text };
      }
      if (notices.length > 0) {
        const text = trans._n('%1 notice: see check report', '%1 notices: see check report', notices.length);
        return { icon: warnIcon, look: 'dm-warn', text };
      }
      return { icon: okIcon, look: 'dm-ok', text: trans.__('Connected · %1', provider.label) };
    }
    case 'unavailable':
      return connection.status.cause === 'starting'
        ? { icon: pendingIcon, look: 'dm-busy dm-spin', text: trans.__('Starting…') }
        : { icon: errorIcon, look: 'dm-bad', text: trans.__('Not running') };
    case 'absent':
      return { icon: errorIcon, look: 'dm-bad', text: trans.__('No server part') };
    case 'logged-out':
      return { icon: lockIcon, look: 'dm-warn', text: trans.__('Not logged in') };
    case 'incompatible':
      return { icon: warnIcon, look: 'dm-warn', text: trans.__('Page and server differ') };
    case 'unreachable':
      return silence(connection.since, connection.retryAt, now, format, trans);
  }
}

/** "No answer for 8 min. Next try in 20 s". */
function silence(
  since: Date,
  retryAt: Date | null,
  now: Date,
  format: Format,
  trans: TranslationBundle
): ConnectionLine {
  const silent = format.duration(now.getTime() - since.getTime());
  const wait = retryAt === null ? 0 : retryAt.getTime() - now.getTime();
  const text =
    wait > 0
      ? trans.__('No answer for %1. Next try in %2', silent, format.duration(wait + 999))
      : trans.__('No answer for %1. Trying now', silent);
  return { icon: plugIcon, look: 'dm-warn', text };
}

/** Whether the line counts seconds. */
export const countsSeconds = (connection: Connection): boolean =>
  connection.state === 'unreachable' || (connection.state === 'online' && !connection.status.freshness.current);
