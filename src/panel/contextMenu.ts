/** The ⋯ menus: Lumino menus of commands, so that labels, reasons and shortcuts are those of the palette. */
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { Menu } from '@lumino/widgets';

/** A command with its arguments, or a line between groups. */
export type MenuEntry = { readonly command: string; readonly args: ReadonlyJSONObject } | 'separator';

/** Opens a menu at a place of the page; entries whose plugin is switched off are left out. It disposes itself. */
export function openMenu(commands: CommandRegistry, entries: readonly MenuEntry[], x: number, y: number): Menu {
  const menu = new Menu({ commands });
  menu.addClass('dm-menu');
  for (const entry of entries) {
    if (entry === 'separator') {
      menu.addItem({ type: 'separator' });
    } else if (commands.hasCommand(entry.command)) {
      menu.addItem({ command: entry.command, args: entry.args });
    }
  }
  const before = document.activeElement;
  menu.aboutToClose.connect(() => {
    // Before a dialog of the chosen command comes up, which gives the focus back to where it was then.
    queueMicrotask(() => {
      if (before instanceof HTMLElement && (document.activeElement === document.body || !document.activeElement)) {
        before.focus();
      }
    });
    // The menu may not be disposed while it is still closing.
    requestAnimationFrame(() => {
      if (!menu.isAttached) {
        menu.dispose();
      }
    });
  });
  menu.open(x, y);
  return menu;
}

/** Opens a menu below an element, for the keyboard and for ⋯ buttons. */
export function openMenuAt(commands: CommandRegistry, entries: readonly MenuEntry[], anchor: Element): void {
  const { left, bottom } = anchor.getBoundingClientRect();
  openMenu(commands, entries, left, bottom);
}
