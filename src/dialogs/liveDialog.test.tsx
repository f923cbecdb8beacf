import { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';
import { button, press, shown } from '../testing/shownDialog';
import { until } from '../testing/until';
import { askDialog, type IFace, type ILiveDialogOptions, type LiveDialog } from './liveDialog';

const BUTTONS = [
  { id: 'cancel', label: 'Cancel', look: 'plain' },
  { id: 'go', label: 'Go', look: 'accept' }
] as const;

const ask = (focus: ILiveDialogOptions['focus']): Promise<string | null> =>
  askDialog({
    face: { title: 'Sure?', buttons: BUTTONS },
    body: () => <input className="name" />,
    focus,
    enter: null
  });

const dialog = (): Element | null => document.querySelector('.dm-dialog');

/** Whether the dialog had the focus in the very turn in which it came into the page. */
const focusOnArrival = (): Promise<boolean> =>
  new Promise(resolve => {
    const observer = new MutationObserver(() => {
      const node = dialog();
      if (node !== null) {
        observer.disconnect();
        resolve(node.contains(document.activeElement));
      }
    });
    observer.observe(document.body, { childList: true });
  });

it.each([{ button: 'cancel' }, { field: '.name' }])('answers Esc from the moment it is there: %p', async focus => {
  const outside = document.createElement('button');
  document.body.append(outside);
  outside.focus();
  const arrival = focusOnArrival();
  const answer = ask(focus);

  expect(await arrival).toBe(true);
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));

  expect(await answer).toBeNull();
  expect(dialog()).toBeNull();
  outside.remove();
});

it('gives the focus to the field once that is drawn', async () => {
  const answer = ask({ field: '.name' });

  await until(() => document.activeElement?.matches('.name'));
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));

  expect(await answer).toBeNull();
});

describe('with keys alone', () => {
  afterEach(() => Dialog.flush());

  /** Three buttons of which the middle one is not shown, a fold and an own button in the body. */
  const face = (hidden: readonly string[] = ['clone']): IFace => ({
    title: 'Restore?',
    buttons: ['cancel', 'clone', 'restore'].map(id => ({
      id,
      label: id,
      look: id === 'restore' ? 'accept' : 'plain',
      hidden: hidden.includes(id)
    }))
  });
  const open = async (given: IFace = face()) => {
    const live: { dialog: LiveDialog | null } = { dialog: null };
    const answer = askDialog({
      face: given,
      body: dialog => {
        live.dialog = dialog;
        return (
          <>
            <details>
              <summary>Other ways</summary>
            </details>
            <button type="button" className="again">
              Look again
            </button>
          </>
        );
      },
      focus: { button: 'cancel' },
      enter: null
    });
    const summary = await until(() => shown()?.querySelector<HTMLElement>('summary'));
    const again = await until(() => shown()?.querySelector<HTMLElement>('.again'));
    return { answer, summary, again, dialog: await until(() => live.dialog) };
  };
  const isFocused = (label: string) => document.activeElement === button(label);
  const tab = (shiftKey = false) =>
    document.activeElement?.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Tab', shiftKey, bubbles: true, cancelable: true })
    );

  it('the arrows lead along the buttons that are shown, and round', async () => {
    await open();
    press('ArrowRight');
    expect(isFocused('restore')).toBe(true);
    press('ArrowRight');
    expect(isFocused('cancel')).toBe(true);
    press('ArrowLeft');
    expect(isFocused('restore')).toBe(true);
    press('ArrowLeft');
    expect(isFocused('cancel')).toBe(true);
  });

  it('Enter is left to a fold and to a button in the body, and presses a button of the foot', async () => {
    const { answer, summary, again } = await open();
    summary.tabIndex = 0;
    for (const own of [summary, again]) {
      own.focus();
      expect(press('Enter')).toBe(true);
      expect(shown()).not.toBeNull();
    }
    button('restore')?.focus();
    press('Enter');
    await expect(answer).resolves.toBe('restore');
  });

  it('Tab goes round inside the dialog, from its first stop to its last and back', async () => {
    const { summary, dialog } = await open();
    summary.tabIndex = 0;
    button('restore')?.focus();
    tab();
    expect(document.activeElement).toBe(summary);
    tab(true);
    expect(isFocused('restore')).toBe(true);
    dialog.node.focus();
    tab(true);
    expect(isFocused('restore')).toBe(true);
  });

  it('takes the focus when what had it goes away, so that Esc still closes it', async () => {
    const { answer, again, dialog } = await open();
    again.focus();
    again.remove();
    await until(() => isFocused('cancel'));
    button('restore')?.focus();
    dialog.present(face(['clone', 'restore']));
    await until(() => isFocused('cancel'));
    press('Escape');
    await expect(answer).resolves.toBeNull();
  });

  it('keeps the focus inside where no button is shown', async () => {
    const { answer, again, dialog } = await open(face(['cancel', 'clone', 'restore']));
    expect(dialog.node.contains(document.activeElement)).toBe(true);
    again.focus();
    tab();
    tab(true);
    expect(dialog.node.contains(document.activeElement)).toBe(true);
    press('Escape');
    await expect(answer).resolves.toBeNull();
  });

  it('gives the focus back to where it was, or to the panel where that is gone', async () => {
    document.body.innerHTML =
      '<button class="row"></button><div class="dm-panel"><div role="grid" tabindex="0"></div></div>';
    const row = document.querySelector<HTMLElement>('.row');
    row?.focus();
    const first = await open();
    press('Escape');
    await first.answer;
    expect(document.activeElement).toBe(row);

    const second = await open();
    row?.remove();
    press('Escape');
    await second.answer;
    expect(document.activeElement?.getAttribute('role')).toBe('grid');
    document.body.innerHTML = '';
  });
});
