/** Keyboard of a list that is one tab stop. Pure: which row a key moves to. */

/** Row to move to, or null where the key does not move. `size` rows, `active` one of them or -1. */
export function moveInList(key: string, active: number, size: number, page = 8): number | null {
  const to = ((): number | null => {
    switch (key) {
      case 'ArrowDown':
        return active + 1;
      case 'ArrowUp':
        return active < 0 ? 0 : active - 1;
      case 'Home':
        return 0;
      case 'End':
        return size - 1;
      case 'PageDown':
        return active + page;
      case 'PageUp':
        return active - page;
      default:
        return null;
    }
  })();
  return to === null || size === 0 ? null : Math.min(size - 1, Math.max(0, to));
}

/** Where focus goes from one of a row's buttons: another button, back to the list, or nowhere (null). */
export function moveInActions(key: string, at: number, size: number, rightToLeft: boolean): number | 'list' | null {
  const forward = rightToLeft ? 'ArrowLeft' : 'ArrowRight';
  const backward = rightToLeft ? 'ArrowRight' : 'ArrowLeft';
  if (key === 'Escape' || (key === backward && at === 0)) {
    return 'list';
  }
  if (key === backward) {
    return at - 1;
  }
  return key === forward ? Math.min(size - 1, at + 1) : null;
}
