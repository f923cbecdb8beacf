/** Moves focus between a list and the buttons of its rows: → goes in, ← and Esc come back. */
import type * as React from 'react';
import { moveInActions } from './gridKeys';

const BUTTONS = 'button:not([hidden]), a[href]';

/** Focuses the first button of a row; false: it has none. */
export function enterActions(row: Element | null): boolean {
  const button = row?.querySelector<HTMLElement>(BUTTONS) ?? null;
  button?.focus();
  return button !== null;
}

/** Handles a key pressed on a button inside a list; true: it was for us. */
export function keyOnAction(event: React.KeyboardEvent<HTMLElement>): boolean {
  const list = event.currentTarget;
  const { target } = event;
  if (!(target instanceof HTMLElement) || target === list) {
    return false;
  }
  const row = target.closest('[role="row"]');
  const buttons = [...(row?.querySelectorAll<HTMLElement>(BUTTONS) ?? [])];
  const at = buttons.findIndex(button => button === target);
  const to = moveInActions(event.key, at, buttons.length, isRightToLeft(list));
  if (at < 0 || to === null) {
    return false;
  }
  event.preventDefault();
  event.stopPropagation();
  if (to === 'list') {
    list.focus();
  } else {
    buttons[to]?.focus();
  }
  return true;
}

/** Whether → means "back" here. */
export const isRightToLeft = (element: Element): boolean => getComputedStyle(element).direction === 'rtl';
