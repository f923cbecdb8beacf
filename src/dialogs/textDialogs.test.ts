import { Dialog } from '@jupyterlab/apputils';
import { Note } from '../../contract';
import { language } from '../testing/fakePage';
import { button, type } from '../testing/shownDialog';
import { until } from '../testing/until';
import { askText } from './textDialogs';

afterEach(() => Dialog.flush());

it('takes an empty note, by the button only', async () => {
  const trans = language.trans;
  const answer = askText({
    heading: 'Note',
    label: 'Note',
    accept: 'Save',
    start: 'old',
    schema: Note,
    lines: true,
    trans
  });
  const field = await until(() => document.querySelector<HTMLTextAreaElement>('#dm-text'));
  type(field, '');
  const save = await until(() => button('Save'));
  save.click();
  await expect(answer).resolves.toBe('');
});
