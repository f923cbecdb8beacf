import type { MirrorUpdate } from '../../../../contract';
import { RememberedUpdates } from './rememberedUpdates';

const update = (id: string, askedAt: string): MirrorUpdate => ({
  id,
  state: 'queued',
  askedAt,
  endedAt: null,
  alreadyRunning: false,
  cancel: { available: true },
  reasons: []
});

const EARLY = '2026-11-23T12:00:00.000Z';
const LATE = '2026-11-23T12:00:01.000Z';

test('one that was taken back is the last until another is asked for', () => {
  const remembered = new RememberedUpdates();
  const cancelled = { ...update('second', LATE), state: 'cancelled' } as const;
  remembered.cancelled('sales', cancelled);
  expect(remembered.lastOf('sales', null)).toBe(cancelled);
  expect(remembered.lastOf('sales', update('first', EARLY))).toBe(cancelled);
  expect(remembered.lastOf('sales', update('third', LATE))?.id).toBe('third');
  expect(remembered.lastOf('home', null)).toBeNull();
  expect([remembered.isTakenBack('sales', 'second'), remembered.isTakenBack('sales', 'third')]).toEqual([true, false]);
});

test('only the one that ran when somebody asked is told as running already', () => {
  const remembered = new RememberedUpdates();
  remembered.ranAlready('sales', 'first');
  expect(remembered.lastOf('sales', update('first', EARLY))?.alreadyRunning).toBe(true);
  expect(remembered.lastOf('sales', update('second', LATE))?.alreadyRunning).toBe(false);
  expect(remembered.lastOf('home', update('first', EARLY))?.alreadyRunning).toBe(false);
});
