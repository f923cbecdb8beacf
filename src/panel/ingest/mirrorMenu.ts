/** What the menu of a mirror offers, and which keys do it. Pure. */
import type { Mirror } from '../../../contract';
import { CommandIDs } from '../../tokens';
import type { MenuEntry } from '../contextMenu';

/** What the menu of a row offers; promotion and resync show only where they may be done. */
export function mirrorMenu(mirror: Mirror): MenuEntry[] {
  const args = { mirror: mirror.id };
  const right = [
    ...(mirror.can.promote.available ? [{ command: CommandIDs.promoteMirror, args }] : []),
    ...(mirror.can.resync.available ? [{ command: CommandIDs.resyncMirror, args }] : [])
  ];
  return [
    { command: CommandIDs.updateMirror, args },
    { command: CommandIDs.cancelMirrorUpdate, args },
    { command: CommandIDs.trainOnVersion, args },
    ...(right.length === 0 ? [] : ['separator' as const, ...right])
  ];
}

const KEYS = new Map<string, string>([
  ['u', CommandIDs.updateMirror],
  ['t', CommandIDs.trainOnVersion]
]);

/** The command of a key in the list; null: the key is not for it. */
export const mirrorKey = (key: string): string | null => KEYS.get(key.toLowerCase()) ?? null;
