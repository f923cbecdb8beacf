import { Dialog } from '@jupyterlab/apputils';
import type { Restore } from '../../contract';
import { FakeModel, language } from '../testing/fakePage';
import { samplePlan, sampleRestore } from '../testing/samples';
import { button, press, shown, text } from '../testing/shownDialog';
import { until } from '../testing/until';
import type { IDatamarkModel } from '../tokens';
import { askRestore } from './restorePlan';
import { RestorePlanSession } from './restorePlanSession';

afterEach(() => Dialog.flush());

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
