import * as React from 'react';
import { until } from '../testing/until';
import { askDialog, type ILiveDialogOptions } from './liveDialog';

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
