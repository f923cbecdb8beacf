import type { RunsContent } from '../model/runsLook';
import { mlflowRefuses, sampleRun, sampleUse } from '../testing/lineageSamples';
import { pickableRuns, pickedRun, runsWith } from './pickedRun';

const use = (id: string, name: string, startedAt: string | null = '2026-11-19T14:10:00Z') => ({
  ...sampleUse({ run: sampleRun({ id, name, startedAt }) }),
  nameOnly: false
});
const HEX = '0123456789abcdef0123456789abcdef';
const SWEEP = use('a1', 'sweep-12');
const ARABIC = use('b2', 'تدريب 🚀', '2026-11-19T15:10:00Z');
const SEEN = [ARABIC, SWEEP];
const found = (runs: typeof SEEN) => ({ runs, total: runs.length, experiments: 1, asOf: new Date(0) });
const look = (content: RunsContent, runs: typeof SEEN | null) => ({
  content,
  found: runs === null ? null : found(runs)
});

it('offers each run once, newest first, with what is known from before while MLflow refuses', () => {
  const refusal = mlflowRefuses('mlflow-unreachable', 'It does not answer.');
  if (refusal.state !== 'refuses') {
    throw new Error('not refused');
  }
  const refused = look({ state: 'refused', problem: refusal.problem, before: null }, [SWEEP, use('c3', 'old', null)]);
  const loading = look({ state: 'loading', searched: 0, known: 0, before: null }, [SWEEP, ARABIC]);
  const told = pickableRuns([refused, loading]);
  expect(told.seen.map(({ run }) => run.id)).toEqual(['b2', 'a1', 'c3']);
  expect(told).toMatchObject({ asking: true, refusal: 'It does not answer.' });
  const notSetUp = look({ state: 'not-set-up', reason: null, fix: 'Set the address.' }, null);
  expect(pickableRuns([notSetUp, notSetUp])).toEqual({ seen: [], asking: false, refusal: 'Set the address.' });
});

it.each([
  ['', ['b2', 'a1']],
  ['SWEEP', ['a1']],
  ['تدريب', ['b2']],
  ['http://m/#/experiments/0/runs/a1', ['a1']],
  ['nothing', []]
])('finds with %j', (search, ids) => expect(runsWith(SEEN, search).map(({ run }) => run.id)).toEqual(ids));

it('offers no more than can be looked through', () => {
  const many = Array.from({ length: 10_000 }, (_, at) => use(`r${at}`, `run ${at}`));
  expect(runsWith(many, '')).toHaveLength(50);
  expect(runsWith(many, 'run 9999').map(({ run }) => run.id)).toEqual(['r9999']);
});

it.each([
  ['a1', { state: 'run', id: 'a1' }],
  [` ${HEX} `, { state: 'run', id: HEX }],
  ['http://m/#/experiments/0/runs/unknown?x', { state: 'run', id: 'unknown' }],
  ['unknown', { state: 'run', id: 'unknown' }],
  ['sweep', { state: 'search' }],
  ['sweep-12', { state: 'search' }],
  ['a b', { state: 'none' }],
  ['', { state: 'none' }]
])('takes %j for %j', (text, picked) => expect(pickedRun(text, SEEN)).toEqual(picked));
