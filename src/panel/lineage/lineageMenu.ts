/** What the menus of lineage offer, and which keys do it. Pure. */
import type { ModelVersionRef } from '../../../contract';
import { uriOf } from '../../model/runOrModel';
import type { SeenRun } from '../../model/runsLook';
import { CommandIDs } from '../../tokens';
import type { MenuEntry } from '../contextMenu';
import type { LineageItem } from './lineageTree';

/** What the menu of a row offers. */
export function lineageMenu(item: LineageItem): MenuEntry[] {
  switch (item.kind) {
    case 'snapshot': {
      const args = { snapshot: item.snapshot.name };
      return [
        { command: CommandIDs.showSnapshot, args },
        { command: CommandIDs.linkRun, args },
        { command: CommandIDs.pinSnapshot, args },
        { command: CommandIDs.cloneSnapshot, args }
      ];
    }
    case 'run':
      return menuOfRun(item.seen);
    case 'version':
      return menuOfVersion(item.version);
    case 'clone':
      return [{ command: CommandIDs.openClone, args: { clone: item.clone.id } }];
    default:
      return [];
  }
}

/** What can be done with a run and with the versions that were made from it, where they have no rows of their own. */
export const menuOfSeen = (seen: SeenRun): MenuEntry[] => [
  ...menuOfRun(seen),
  ...seen.run.versions.flatMap(version => ['separator' as const, ...menuOfVersion(version)])
];

const KEYS = new Map<string, string>([
  ['r', CommandIDs.reproduce],
  ['d', CommandIDs.showDataCard]
]);

/** The command of a key in the list; null: the key is not for this row. */
export function lineageKey(key: string, item: LineageItem): Exclude<MenuEntry, 'separator'> | null {
  const command = KEYS.get(key.toLowerCase());
  return (
    lineageMenu(item)
      .filter(entry => entry !== 'separator')
      .find(entry => entry.command === command) ?? null
  );
}

const menuOfRun = ({ run, snapshots }: SeenRun): MenuEntry[] => [
  { command: CommandIDs.reproduce, args: { of: run.id } },
  ...snapshots.flatMap(({ now }) =>
    now.state === 'exists'
      ? [
          { command: CommandIDs.showSnapshot, args: { snapshot: now.snapshot } },
          { command: CommandIDs.cloneSnapshot, args: { snapshot: now.snapshot } }
        ]
      : []
  )
];

function menuOfVersion(version: ModelVersionRef): MenuEntry[] {
  const args = { of: uriOf(version) };
  return [
    { command: CommandIDs.showDataCard, args },
    { command: CommandIDs.reproduce, args }
  ];
}
