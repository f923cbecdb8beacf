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

  it('says of which model it is the data, and what else would miss it', async () => {
    const blocker = {
      kind: 'model-version',
      object: 'models:/churn/7',
      message: 'Version 7 of the model churn (@champion) comes from the run sweep-12, which used it.',
      fix: 'Keep the snapshot, or delete the version in MLflow first.',
      by: null,
      since: null,
      link: 'https://mlflow.example/#/models/churn/versions/7'
    };
    const script = { ...blocker, object: 'models:/churn/8', link: 'javascript:alert(1)' };
    const plan = sampleDeletePlan({
      allowed: false,
      force: true,
      blockers: [blocker, script],
      warnings: ['2 runs used it: a, b.']
    });
    const answer = askDelete(subject, plan, language);
    await until(() => text().includes('It is the data of a model that is in use.'));
    expect(text()).toContain('(@champion) comes from the run sweep-12');
    expect(text()).toContain('2 runs used it: a, b.');
    const pages = [...document.querySelectorAll<HTMLAnchorElement>('.dm-blockers a')];
    expect(pages.map(page => [page.textContent, page.getAttribute('aria-label'), page.href])).toEqual([
      ['Open in MLflow', 'Open models:/churn/7 in MLflow', blocker.link]
    ]);
    (await until(() => button('Keep it'))).click();
    await expect(answer).resolves.toBe(false);
  });

  it.each(['1 run used it: train.', 'Can’t check runs and models: MLflow does not answer.'])(
    'asks for the title where it is told: %s',
    async warning => {
      const plan = sampleDeletePlan({ force: true, warnings: [warning], typeToConfirm: 'before sweep' });
      const answer = askDelete(subject, plan, language);
      const field = await until(() => document.querySelector<HTMLInputElement>('#dm-delete-title'));
      expect(text()).toContain(warning);
      expect(text()).toContain('Type the title to delete it all the same');
      const remove = await until(() => button('Delete'));
      remove.click();
      expect(shown()).not.toBeNull();
      type(field, 'before sweep');
      await until(() => remove.getAttribute('aria-disabled') === null);
      remove.click();
      await expect(answer).resolves.toBe(true);
    }
  );
});
