import type { Restore } from '../../contract';
import { language, NOW } from '../testing/fakePage';
import { samplePlan, sampleRestore, sampleVolume } from '../testing/samples';
import { statusWords } from './statusWords';

const { trans, format } = language;
const volume = sampleVolume({ lastSnapshotAt: '2026-11-19T14:08:00Z' });
const other = { volume: 'data-9', volumeName: 'churn-features' };

const text = (restores: Restore[], of = volume): string => statusWords(of, restores, NOW, format, trans).text;

it('says how old the newest snapshot is', () => {
  expect(text([])).toBe('home: snapshot 12 min ago');
  expect(text([], sampleVolume({ lastSnapshotAt: null }))).toBe('home: no snapshot yet');
});

it('says that a volume is being restored, also where another one is selected', () => {
  const restoring = sampleRestore({ phase: 'restoring' });
  expect(text([restoring])).toBe('home: restoring…');
  expect(text([{ ...restoring, undoOf: 'restore-0' }])).toBe('home: undoing the restore…');
  expect(text([{ ...restoring, strategy: 'files' }])).toBe('home: copying files back…');
  expect(text([{ ...restoring, ...other }])).toBe('churn-features: restoring…');
  expect(text([{ ...restoring, ...other }, restoring])).toBe('home: restoring…');
});

it('says that only the server keeps it', () => {
  const plan = samplePlan({ stopsServer: true });
  expect(text([sampleRestore({ phase: 'waiting', strategy: 'swap', plan })])).toBe(
    'home: waits until your server stops'
  );
});

it('says of a restore what is newer than the last snapshot, and of a plan nothing', () => {
  const done = sampleRestore({ phase: 'succeeded', finishedAt: '2026-11-19T14:19:30Z' });
  expect(text([done])).toBe('home: restored just now');
  expect(text([done, { ...done, undoOf: 'r', finishedAt: '2026-11-19T14:19:50Z' }])).toBe('home: undone just now');
  expect(text([{ ...done, finishedAt: '2026-11-19T14:00:00Z' }])).toBe('home: snapshot 12 min ago');
  expect(text([{ ...done, strategy: 'files' }])).toBe('home: snapshot 12 min ago');
  expect(text([{ ...done, ...other }])).toBe('home: snapshot 12 min ago');
  expect(text([sampleRestore({ phase: 'planned' })])).toBe('home: snapshot 12 min ago');
});
