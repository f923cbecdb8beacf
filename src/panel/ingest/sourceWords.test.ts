import { problem, type Mirror, type MirrorSource } from '../../../contract';
import { language, NOW } from '../../testing/fakePage';
import { sampleMirror } from '../../testing/mirrorSamples';
import { oldNews, sourceWords, summaryWords, type OldNews } from './sourceWords';

const { trans, format } = language;
const ANSWERS: MirrorSource = { state: 'answers', asOf: '2026-11-19T14:20:00Z' };
const refuses = (asOf: string | null): MirrorSource => ({
  ...{ state: 'refuses', asOf },
  problem: problem('storage-unreachable', { detail: 'one failed (500).', next: 'Ask an admin.' })
});

describe('a closed section sums up', () => {
  const sum = (mirrors: Mirror[], { stale = 0, old = null }: { stale?: number; old?: OldNews | null } = {}) =>
    summaryWords({ mirrors, stale, old, now: NOW }, format, trans);

  it.each<[string, Mirror[], number, string]>([
    ['nothing', [], 0, 'none'],
    ['health', [sampleMirror(), sampleMirror()], 0, '2 healthy'],
    [
      'what is not known as not healthy',
      [sampleMirror(), sampleMirror({ health: { state: 'unknown', reason: '' } })],
      0,
      '1 of 2 healthy'
    ],
    [
      'what does not replicate, or nobody knows whether, as not healthy',
      [sampleMirror(), sampleMirror({ state: 'broken-off' }), sampleMirror({ state: 'unknown' })],
      0,
      '1 of 3 healthy'
    ],
    ['old data before health', [sampleMirror(), sampleMirror()], 1, '1 too old'],
    ['the worst first', [sampleMirror({ health: { state: 'unhealthy', reasons: [] } })], 1, '1 unhealthy']
  ])('%s', (_, mirrors, stale, text) => {
    expect(sum(mirrors, { stale }).text).toBe(text);
  });

  it('since when it is so, where a source does not answer', () => {
    const old = { since: '2026-11-19T14:02:00Z' };
    expect(sum([sampleMirror()], { old })).toEqual({ look: 'warn', text: '1 healthy, as of 19 Nov, 14:02' });
    expect(sum([sampleMirror()], { old: { since: null } }).text).toBe('1 healthy, others not known');
    expect(sum([], { old: { since: null } })).toEqual({ look: 'warn', text: 'not known' });
    const bad = sampleMirror({ health: { state: 'unhealthy', reasons: [] } });
    expect(sum([bad], { old }).look).toBe('bad');
  });
});

it('knows the oldest of what sources told that do not answer', () => {
  expect(oldNews({ ontap: ANSWERS, trident: { state: 'absent', reason: '' } })).toBeNull();
  expect(oldNews({ ontap: refuses('2026-11-19T14:02:00Z'), trident: refuses('2026-11-19T13:00:00Z') })).toEqual({
    since: '2026-11-19T13:00:00Z'
  });
  expect(oldNews({ ontap: refuses(null), trident: ANSWERS })).toEqual({ since: null });
});

it('says which source does not answer, why, and from when the rows are', () => {
  expect(sourceWords(ANSWERS, 'ONTAP', NOW, format, trans)).toBeNull();
  expect(sourceWords(refuses('2026-11-19T14:02:00Z'), 'ONTAP', NOW, format, trans)).toEqual({
    heading: 'What ONTAP tells is missing:',
    problem: 'one failed (500). Ask an admin.',
    since: 'Shown as of 19 Nov, 14:02.'
  });
  expect(sourceWords(refuses(null), 'ONTAP', NOW, format, trans)?.since).toBe('It was never told.');
});
