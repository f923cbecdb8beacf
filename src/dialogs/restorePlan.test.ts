import { Dialog } from '@jupyterlab/apputils';
import type { Restore } from '../../contract';
import { FakeModel, language, NOW } from '../testing/fakePage';
import { samplePlan, sampleProblem, sampleRestore } from '../testing/samples';
import { button, press, shown, text } from '../testing/shownDialog';
import { until } from '../testing/until';
import type { IDatamarkModel } from '../tokens';
import { askRestore, type IRestoreQuestion } from './restorePlan';
import { RestorePlanSession } from './restorePlanSession';

afterEach(() => Dialog.flush());

describe('the dialog before a restore', () => {
  const ask = (restore: Restore, change: Partial<IRestoreQuestion> = {}) => {
    const model = new FakeModel();
    const session = new RestorePlanSession({
      model: model as unknown as IDatamarkModel,
      makePlan: () => Promise.resolve({ ...restore, phase: 'planning', plan: null }),
      countChanges: () => Promise.reject(new Error('not asked')),
      volume: restore.volume,
      snapshot: restore.snapshot,
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
        dirtyElsewhere: ['elsewhere.ipynb'],
        kernels: ['home/train.ipynb', 'home/features.ipynb'],
        language,
        ...change
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

  it('lists every unsaved file by name, and says what becomes of them if they are not saved', async () => {
    const stopping = sampleRestore({ strategy: 'swap', plan: samplePlan({ stopsServer: true }) });
    const dirty = Array.from({ length: 40 }, (_, at) => `work/notes-${at}.md`);
    const { model, planned } = ask(stopping, { dirty });
    await planned;
    model.emit({ type: 'upsert', revision: 1, object: stopping });
    await until(() => text().includes('41 have unsaved changes, not counted above: notes-0.md'));
    expect(text()).toContain('All 41 by name');
    expect(text()).toContain('work/notes-39.md');
    expect(text()).not.toContain('They are lost');
    shown()?.querySelector<HTMLInputElement>('input[type="checkbox"]')?.click();
    await until(() => text().includes('They are lost when your server stops.'));
  });

  it('offers no other way for an undo, and takes no approval while the server does not answer', async () => {
    const options = (['swap', 'copy'] as const).map(strategy => ({
      strategy,
      possible: { available: true } as const,
      cost: `cost of ${strategy}.`,
      risk: ''
    }));
    const undo = sampleRestore({ strategy: 'swap', plan: samplePlan({ options }) });
    const { model, planned } = ask(undo, { undo: true });
    await planned;
    model.emit({ type: 'upsert', revision: 1, object: undo });
    await until(() => text().includes('cost of swap.'));
    expect(text()).not.toMatch(/Other ways|cost of copy/);
    expect(text()).toContain('Nothing blocks this undo.');

    model.connection = { state: 'unreachable', problem: sampleProblem(), since: NOW, retryAt: null };
    model.changed.emit();
    await until(() => text().includes('The disk of home is full. Free some space.'));
    expect(text()).not.toContain('Nothing blocks');
    expect(button('Undo restore')?.getAttribute('aria-disabled')).toBe('true');
  });

  it('names open files on other volumes too where the server stops', async () => {
    const stopping = sampleRestore({ strategy: 'swap', plan: samplePlan({ stopsServer: true }) });
    const { model, planned } = ask(stopping);
    await planned;
    model.emit({ type: 'upsert', revision: 1, object: stopping });
    await until(() => text().includes('2 have unsaved changes, not counted above: a.ipynb, elsewhere.ipynb'));
  });

  it('names the kernels that end with the server, at the step that stops it', async () => {
    const todo = { state: 'todo', startedAt: null, durationMs: null } as const;
    const steps = ['Make and check the restored volume', 'Stop your server'].map(text => ({ text, ...todo }));
    const stopping = sampleRestore({ strategy: 'swap', steps, plan: samplePlan({ stopsServer: true }) });
    const { model, planned } = ask(stopping);
    await planned;
    model.emit({ type: 'upsert', revision: 1, object: stopping });
    const hint = await until(() => shown()?.querySelector('.dm-steps small'));
    expect(hint.textContent).toBe('2 kernels end and lose their variables: train.ipynb, features.ipynb');
    expect(hint.closest('li')?.textContent).toContain('Stop your server');
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
