import { sampleOperation, samplePlan, sampleRestore } from '../testing/samples';
import { restoreUnderWay, waitingForServer } from './restoresUnderWay';

const waiting = sampleRestore({ phase: 'waiting', strategy: 'swap', plan: samplePlan({ stopsServer: true }) });

it('a volume is being restored from the approval to the end', () => {
  const plan = sampleRestore({ id: 'plan', phase: 'planned' });
  const over = sampleRestore({ id: 'over', phase: 'succeeded' });
  expect(restoreUnderWay([plan, over], waiting.volume)).toBeNull();
  expect(restoreUnderWay([plan, over, waiting], waiting.volume)).toBe(waiting);
  expect(restoreUnderWay([waiting], 'another')).toBeNull();
});

it('a server is waited for once all is prepared, unless the restore is being cancelled or stops none', () => {
  expect(waitingForServer([waiting], [])).toEqual([waiting]);
  expect(waitingForServer([{ ...waiting, phase: 'preparing' }], [])).toEqual([]);
  expect(waitingForServer([{ ...waiting, strategy: 'files' }], [])).toEqual([]);
  expect(waitingForServer([{ ...waiting, plan: samplePlan() }], [])).toEqual([]);
  const cancelling = sampleOperation({
    verb: 'restore',
    state: 'cancelling',
    object: { kind: 'restore', name: waiting.id, label: 'x' }
  });
  expect(waitingForServer([waiting], [cancelling])).toEqual([]);
});
