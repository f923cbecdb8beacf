import { Dialog } from '@jupyterlab/apputils';
import type { Restore } from '../../contract';
import { FakeModel, language, NOW } from '../testing/fakePage';
import { sampleOperation, samplePlan, sampleRestore } from '../testing/samples';
import { button, press, shown, text } from '../testing/shownDialog';
import { until } from '../testing/until';
import type { IDatamarkModel } from '../tokens';
import { showProgress } from './restoreProgress';

afterEach(() => Dialog.flush());

const began = { startedAt: '2026-11-19T14:19:00Z', durationMs: null } as const;
const todo = { state: 'todo', startedAt: null, durationMs: null } as const;

const preparing = (change: Partial<Restore> = {}): Restore =>
  sampleRestore({
    strategy: 'swap',
    phase: 'preparing',
    message: 'The volume is being made.',
    plan: samplePlan({ stopsServer: true }),
    steps: [
      { text: 'Make and check the restored volume', state: 'current', ...began },
      { text: 'Stop your server', ...todo }
    ],
    ...change
  });

function card(restore = preparing()) {
  const model = new FakeModel();
  const clock = { now: NOW };
  const tell = (next: Restore) => {
    model.restores = { state: 'ready', items: [next] };
    model.changed.emit();
  };
  const operation = sampleOperation({
    verb: 'restore',
    object: { kind: 'restore', name: restore.id, label: restore.snapshotLabel }
  });
  model.operations = [operation];
  const answer = showProgress({
    model: model as unknown as IDatamarkModel,
    restore,
    language: { ...language, now: () => clock.now },
    signal: new AbortController().signal
  });
  return { clock, tell, answer, operation };
}

const spoken = () => shown()?.querySelector('[role="status"]')?.textContent;

it('says each step once: the seconds that pass are not read out', async () => {
  const { clock, tell } = card();
  await until(() => spoken() === 'Step 1 of 2: Make and check the restored volume. The volume is being made.');
  const steps = shown()?.querySelector('.dm-steps');
  expect(steps?.closest('[aria-live], [role="status"]')).toBeNull();
  expect(steps?.querySelector('[aria-current="step"]')?.textContent).toContain('running');
  const before = spoken();
  clock.now = new Date(NOW.getTime() + 5_000);
  tell(preparing());
  await until(() => text().includes('Elapsed: 1 min 5 s'));
  expect(spoken()).toBe(before);

  tell(
    preparing({
      phase: 'waiting',
      message: '',
      steps: [
        { text: 'Make and check the restored volume', state: 'done', startedAt: began.startedAt, durationMs: 65_000 },
        { text: 'Stop your server', state: 'current', ...began }
      ]
    })
  );
  await until(() => spoken() === 'Step 2 of 2: Stop your server');
});

it('begins on Close, which leaves the restore alone; Cancel is one key away until data may change', async () => {
  const { tell, answer, operation } = card();
  await until(() => document.activeElement === button('Close'));
  press('ArrowLeft');
  expect(document.activeElement).toBe(button('Cancel restore'));
  tell(preparing({ phase: 'restoring' }));
  await until(() => document.activeElement === button('Close'));
  expect(button('Cancel restore')).toBeUndefined();
  tell(preparing());
  press('ArrowLeft');
  press('Enter');
  await expect(answer).resolves.toEqual({ cancel: operation.id });
});
