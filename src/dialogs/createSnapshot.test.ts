import { Dialog } from '@jupyterlab/apputils';
import { language } from '../testing/fakePage';
import { sampleVolume } from '../testing/samples';
import { button, press, shown, text, type } from '../testing/shownDialog';
import { until } from '../testing/until';
import { askSnapshot } from './createSnapshot';

afterEach(() => Dialog.flush());

const question = {
  volumes: [sampleVolume()],
  selected: sampleVolume(),
  title: '2026-11-19 14:20',
  note: '',
  hold: false,
  dirty: ['work/train.ipynb', 'notes.md'],
  saveFirst: true,
  language
};

describe('the dialog before a snapshot', () => {
  it('has its title selected; Enter accepts what is offered', async () => {
    const answer = askSnapshot(question);
    const field = await until(() => document.querySelector<HTMLInputElement>('#dm-create-title'));
    await until(() => document.activeElement === field);
    expect([field.selectionStart, field.selectionEnd]).toEqual([0, 16]);
    expect(text()).toContain('2 have unsaved changes: train.ipynb, notes.md');
    expect(text()).toContain('Covers all of /home/alice, as it is on disk at that moment. Running kernels go on.');
    press('Enter');
    await expect(answer).resolves.toMatchObject({ title: '2026-11-19 14:20', hold: false, saveFirst: true });
  });

  it('does not accept a title that is not valid, says why, and is cancelled by Escape', async () => {
    const answer = askSnapshot(question);
    const field = await until(() => document.querySelector<HTMLInputElement>('#dm-create-title'));
    type(field, ' ');
    await until(() => text().includes('A title needs at least one character.'));
    const accept = await until(() => button('Snapshot'));
    expect(accept.getAttribute('aria-disabled')).toBe('true');
    expect(accept.title).toBe('A title needs at least one character.');
    field.focus();
    press('Enter');
    accept.click();
    expect(shown()).not.toBeNull();
    press('Escape', field);
    await expect(answer).resolves.toBeNull();
  });

  it('lets a line be broken in the note', async () => {
    const answer = askSnapshot(question);
    const note = await until(() => document.querySelector<HTMLTextAreaElement>('#dm-create-note'));
    note.focus();
    press('Enter');
    expect(shown()).not.toBeNull();
    press('Escape', note);
    await answer;
  });

  it('says that several volumes are not one instant', async () => {
    const other = sampleVolume({ id: 'scratch-1', name: 'scratch' });
    const answer = askSnapshot({ ...question, volumes: [sampleVolume(), other] });
    const boxes = await until(() => {
      const found = document.querySelectorAll<HTMLInputElement>('.dm-choice input');
      return found.length === 2 && [...found];
    });
    boxes[1]?.click();
    await until(() => text().includes('not one instant'));
    expect(shown()?.getAttribute('aria-label')).toBe('Snapshot 2 volumes');
    const accept = await until(() => button('Snapshot'));
    accept.click();
    expect((await answer)?.volumes.map(volume => volume.id)).toEqual(['home-1a2b3c4d', 'scratch-1']);
  });
});
