/** The preflight report over the socket: order, counts, and answers where the provider does not start. */
import type { CheckFinding, CheckReport } from '../../../../contract';
import { ProblemError } from '../../problemError';
import { startTestSidecar, type TestSidecar } from '../../testing/testSidecar';
import { durationWords } from '../../durationWords';
import { until } from '../../testing/until';
import { CheckService } from './checkService';

const finding = (id: string, parts: Partial<CheckFinding> = {}): CheckFinding => ({
  id,
  title: id,
  state: 'ok',
  message: 'Fine.',
  fix: '',
  command: null,
  affects: [],
  object: null,
  docs: id,
  ...parts
});

let sidecar: TestSidecar;

const report = async (): Promise<CheckReport> => {
  const answer = await sidecar.send('GET', '/check');
  expect(answer.status).toBe(200);
  return answer.json() as CheckReport;
};

afterEach(() => sidecar.stop());

it('puts the worst first, keeps the order of equals and counts every state', async () => {
  sidecar = await startTestSidecar();
  sidecar.provider.findings = [
    finding('a'),
    finding('b', { state: 'not-applicable' }),
    finding('c', { state: 'failed' }),
    finding('d', { state: 'unknown' }),
    finding('e', { state: 'warning' }),
    finding('f', { state: 'failed' })
  ];
  const { findings, summary, checkedAt } = await report();
  expect(findings.map(({ id }) => id)).toEqual(['c', 'f', 'e', 'd', 'b', 'a', 'sidecar']);
  expect(summary).toEqual({ state: 'failed', failed: 2, warning: 1, unknown: 1, notApplicable: 1, ok: 2 });
  expect(Math.abs(Date.now() - Date.parse(checkedAt))).toBeLessThan(60_000);
});

it('tells the version and since when the sidecar runs', async () => {
  sidecar = await startTestSidecar();
  await until(async () => (await report()).findings.length === 1);
  expect((await report()).findings).toEqual([
    expect.objectContaining({
      id: 'sidecar',
      state: 'ok',
      message: expect.stringMatching(/^Datamark 1\.2\.3 on Node\.js [\d.]+, running for \d+ [hd]\.$/) as string
    })
  ]);
});

it('answers while the provider starts, and says so', async () => {
  sidecar = await startTestSidecar({ begin: false });
  const { findings, summary } = await report();
  expect(summary.state).toBe('warning');
  expect(findings[0]).toMatchObject({ id: 'start', state: 'warning', affects: [] });
});

describe('where the provider could not start', () => {
  const refuse = async (): Promise<void> => {
    sidecar = await startTestSidecar({ begin: false });
    sidecar.provider.before = call => {
      if (call === 'start') {
        throw new ProblemError('forbidden', { detail: 'It may not be looked at.', next: 'Ask an admin.' });
      }
    };
    sidecar.begin();
    await until(async () => (await report()).summary.warning === 0);
  };

  it('says why', async () => {
    await refuse();
    expect((await report()).findings[0]).toMatchObject({
      id: 'start',
      state: 'failed',
      message: 'It may not be looked at.',
      fix: 'Ask an admin.',
      affects: ['list', 'snapshot', 'clone', 'restore', 'files', 'delete', 'hold']
    });
  });

  it('leaves that out where a finding of the provider is the cause', async () => {
    sidecar = await startTestSidecar({ begin: false });
    sidecar.provider.findings = [finding('api', { state: 'failed', affects: ['list'] })];
    expect((await report()).findings.map(({ id }) => id)).toEqual(['api', 'sidecar']);
  });
});

it('looks once for all who ask at the same time, and anew for who asks later', async () => {
  sidecar = await startTestSidecar();
  let looks = 0;
  let release: (findings: CheckFinding[]) => void = () => undefined;
  const check = (): Promise<CheckFinding[]> => {
    looks += 1;
    return new Promise(resolve => {
      release = resolve;
    });
  };
  const service = new CheckService({
    provider: { check, notices: () => [] },
    firstObservation: { obstacle: null, waitOver: () => Promise.resolve() },
    version: '1.2.3',
    startedAt: new Date()
  });
  const first = service.check();
  const second = service.check();
  await until(() => looks === 1);
  release([]);
  expect(await second).toBe(await first);
  expect(looks).toBe(1);
  const third = service.check();
  await until(() => looks === 2);
  release([]);
  await third;
  expect(looks).toBe(2);
});

it.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [7_200_000, '2 h'],
  [172_800_000, '2 d']
])('%i ms are %s', (ms, words) => {
  expect(durationWords(ms)).toBe(words);
});
