import { Dialog } from '@jupyterlab/apputils';
import { Note, type Restore } from '../../contract';
import type { IDatamarkModel } from '../tokens';
import type { OnDisk } from '../commands/openDocuments';
import { FakeModel, language, NOW } from '../testing/fakePage';
import { until } from '../testing/until';
import {
  sampleClone,
  sampleDeletePlan,
  samplePlan,
  sampleRestore,
  sampleSnapshot,
  sampleVolume
} from '../testing/samples';
import { askSnapshot } from './createSnapshot';
import { askDelete, deleteFace, lossText, snapshotSubject } from './deleteObject';
import { holdInstant } from './holdSnapshot';
import { askCloneName, cloneNameError, suggestCloneName } from './nameClone';
import { staleFiles } from './reloadFiles';
import { askRestore } from './restorePlan';
import { RestorePlanSession } from './restorePlanSession';
import { askText } from './textDialogs';

const shown = () => document.querySelector<HTMLElement>('dialog.jp-Dialog');
const text = () => shown()?.textContent ?? '';
const button = (label: string) =>
  [...document.querySelectorAll<HTMLButtonElement>('.jp-Dialog-footer button')].find(
    one => one.textContent === label && !one.hidden
  );
const press = (key: string, on: Element | null = document.activeElement) =>
  on?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

function type(field: HTMLInputElement | HTMLTextAreaElement, value: string): void {
  const owner = field instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement;
  Object.getOwnPropertyDescriptor(owner.prototype, 'value')?.set?.call(field, value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

afterEach(() => {
  Dialog.flush();
});

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

describe('the dialog before a restore', () => {
  const ask = (restore: Restore) => {
    const model = new FakeModel();
    const session = new RestorePlanSession({
      model: model as unknown as IDatamarkModel,
      makePlan: () => Promise.resolve({ ...restore, phase: 'planning', plan: null }),
      volume: restore.volume,
      language
    });
    const planned = session.plan();
    const answer = askRestore(
      {
        volumeName: 'home',
        snapshotCreatedAt: restore.snapshotCreatedAt,
        undo: false,
        facts: 'raw import',
        dirty: ['a.ipynb'],
        language
      },
      session
    );
    return { model, planned, answer };
  };

  it('goes from the skeleton to the plan; focus is on Cancel and Enter in it cancels', async () => {
    const { model, planned, answer } = ask(sampleRestore());
    await until(() => shown()?.querySelector('[aria-busy="true"]'));
    await planned;
    expect(button('Restore')?.getAttribute('aria-disabled')).toBe('true');
    model.emit({ type: 'upsert', revision: 1, object: sampleRestore() });
    await until(() => text().includes('212'));
    expect(text()).toContain('Nothing blocks this restore. No earlier restore to compare with.');
    expect(text()).toContain('1 has unsaved changes, not counted above: a.ipynb');
    await until(() => document.activeElement === button('Cancel'));
    press('Enter');
    await expect(answer).resolves.toBeNull();
  });

  it('answers with the wish to save first', async () => {
    const { model, planned, answer } = ask(sampleRestore());
    await planned;
    model.emit({ type: 'upsert', revision: 1, object: sampleRestore() });
    const restore = await until(() => {
      const found = button('Restore');
      return found?.getAttribute('aria-disabled') === null && found;
    });
    restore.click();
    await expect(answer).resolves.toEqual({ answer: 'restore', saveFirst: true });
  });

  it('offers a clone while it is blocked', async () => {
    const blocker = {
      kind: 'operation',
      object: 'x',
      message: 'A clone is being made.',
      fix: 'Wait.',
      by: null,
      since: null
    };
    const blocked = sampleRestore({ plan: samplePlan({ blockers: [blocker] }) });
    const { model, planned, answer } = ask(blocked);
    await planned;
    model.emit({ type: 'upsert', revision: 1, object: blocked });
    await until(() => text().includes('1 thing must end first'));
    const clone = await until(() => button('Clone…'));
    clone.click();
    await expect(answer).resolves.toEqual({ answer: 'clone' });
  });
});

describe('small questions', () => {
  it('take an empty note, by the button only', async () => {
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

  it('offer a valid clone name and refuse one that is taken', async () => {
    expect(suggestCloneName('Features v3 (frozen)!', NOW)).toMatch(/^features-v3-frozen-\d{4}$/);
    expect(suggestCloneName('日本語', NOW)).toMatch(/^clone-\d{4}$/);
    expect(cloneNameError('Bad Name', [], language.trans)).toContain('lower-case');
    expect(cloneNameError('lr-sweep', [sampleClone()], language.trans)).toBe('There is a clone lr-sweep already.');
    const answer = askCloneName({
      source: null,
      volumeName: 'home',
      folder: '/home/alice/datamark-clones',
      name: 'sweep-12',
      taken: [],
      trans: language.trans
    });
    await until(() => text().includes('/home/alice/datamark-clones/sweep-12'));
    const field = await until(() => document.querySelector<HTMLInputElement>('#dm-clone-name'));
    await until(() => document.activeElement === field);
    press('Enter');
    await expect(answer).resolves.toBe('sweep-12');
  });

  it('hold to the end of a day that is not over', () => {
    expect(holdInstant({ until: 'release' }, language)).toEqual({ until: 'forever' });
    expect(holdInstant({ until: 'date', day: '2026-11-18' }, language)).toHaveProperty('wrong');
    expect(holdInstant({ until: 'date', day: '' }, language)).toHaveProperty('wrong');
    expect(holdInstant({ until: 'date', day: '2026-12-24' }, language)).toEqual({
      until: new Date(2026, 11, 24, 23, 59, 59).toISOString()
    });
  });

  it('never count a file with unsaved changes as one to reload', () => {
    const file = (path: string, dirty: boolean, disk: OnDisk) => ({
      document: { path, dirty },
      disk
    });
    expect(
      staleFiles([
        file('same', false, 'same'),
        file('put back', false, 'touched'),
        file('clean', false, 'changed'),
        file('edited', true, 'changed'),
        file('edited, not looked at', true, 'unknown'),
        file('gone', true, 'gone')
      ])
    ).toEqual({
      touched: ['put back'],
      reload: ['clean'],
      edited: ['edited', 'edited, not looked at'],
      gone: ['gone']
    });
  });
});
