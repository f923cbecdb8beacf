/** The dialog that is shown to the test, and how one presses and types in it. */

/** The dialog, or null. */
export const shown = (): HTMLElement | null => document.querySelector<HTMLElement>('dialog.jp-Dialog');

/** All its words. */
export const text = (): string => shown()?.textContent ?? '';

/** Its button with this label, unless that is hidden. */
export const button = (label: string): HTMLButtonElement | undefined =>
  [...document.querySelectorAll<HTMLButtonElement>('.jp-Dialog-footer button')].find(
    one => one.textContent === label && !one.hidden
  );

/** Presses a key where the focus is, or on an element. */
export const press = (key: string, on: Element | null = document.activeElement): boolean | undefined =>
  on?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

/** Puts text into a field, as React hears of it. */
export function type(field: HTMLInputElement | HTMLTextAreaElement, value: string): void {
  const owner = field instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement;
  Object.getOwnPropertyDescriptor(owner.prototype, 'value')?.set?.call(field, value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
