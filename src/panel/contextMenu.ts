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
    // The menu may not be disposed while it is still closing, and a command may move the focus on.
    requestAnimationFrame(() => {
      if (before instanceof HTMLElement && (document.activeElement === document.body || !document.activeElement)) {
        before.focus();
      }
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
