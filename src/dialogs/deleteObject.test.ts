import { Dialog } from '@jupyterlab/apputils';
import { language } from '../testing/fakePage';
import { sampleDeletePlan, sampleSnapshot } from '../testing/samples';
import { button, press, shown, text, type } from '../testing/shownDialog';
import { until } from '../testing/until';
import { askDelete, deleteFace, lossText, snapshotSubject } from './deleteObject';

afterEach(() => Dialog.flush());

describe('the dialog before a deletion', () => {
  const subject = snapshotSubject(sampleSnapshot({ title: 'before sweep' }), language);

  it('waits for the typed title; Enter never deletes', async () => {
    const answer = askDelete(subject, sampleDeletePlan({ typeToConfirm: 'before sweep' }), language);
    const field = await until(() => document.querySelector<HTMLInputElement>('#dm-delete-title'));
    const remove = await until(() => button('Delete'));
    expect(text()).toContain('This can’t be undone. Files that only this snapshot holds are lost: 214 MiB.');
    await until(() => document.activeElement === button('Cancel'));
    remove.click();
    type(field, 'before swee');
    remove.click();
    expect(shown()).not.toBeNull();
    type(field, 'before sweep');
    await until(() => remove.getAttribute('aria-disabled') === null);
    field.focus();
    press('Enter');
    expect(shown()).not.toBeNull();
    remove.click();
    await expect(answer).resolves.toBe(true);
  });

  it('tells a loss with bytes and files, an unknown one without, and none only when it was measured', () => {
    const zero = { known: true, bytes: 0 } as const;
    const loss = (change: Parameters<typeof sampleDeletePlan>[0]) =>
      lossText(subject, sampleDeletePlan(change), language);
    expect(loss({ lostFiles: 3 })).toContain('are lost: 214 MiB in 3 files.');
    expect(loss({ lost: { known: false, reason: 'r' } })).toBe(
      'This can’t be undone. Files that only this snapshot holds are lost.'
    );
    expect(loss({ lost: zero, lostFiles: 0 })).toBe('This can’t be undone. No file is held by this snapshot alone.');
    expect(loss({ lost: zero, lostFiles: null })).toContain('are lost: 0 B.');
    expect(loss({ lost: zero, lostFiles: 2 })).toContain('are lost: 0 B in 2 files.');
  });

  it('names what stands in the way and has no red button then', () => {
    const blocker = {
      kind: 'held',
      object: 'a',
      message: 'alice holds it.',
      fix: 'Release it.',
      by: 'alice',
      since: null
    };
    const face = deleteFace(subject, sampleDeletePlan({ allowed: false, blockers: [blocker] }), '', language);
    expect(face.title).toBe('before sweep can’t be deleted');
    expect(face.buttons.map(one => [one.label, one.look])).toEqual([['Keep it', 'accept']]);
  });

  it('does not delete what was refused, whatever is pressed', async () => {
    const blocker = {
      kind: 'held',
      object: 'a',
      message: 'alice holds it.',
      fix: 'Release it.',
      by: 'alice',
      since: null
    };
    const answer = askDelete(subject, sampleDeletePlan({ allowed: false, blockers: [blocker] }), language);
    const keep = await until(() => button('Keep it'));
    await until(() => text().includes('alice holds it.'));
    keep.click();
    await expect(answer).resolves.toBe(false);
  });
});
