/** What is answered and logged when the provider fails, is slow, or has not looked at storage yet. */
import { problem } from '../../contract';
import { ProblemError } from './problemError';
import { readProblem } from './testing/readProblem';
import { fillIndex, sampleVolume } from './testing/sampleObjects';
import { startTestSidecar, type TestSidecar } from './testing/testSidecar';
import { until } from './testing/until';

const VOLUME = 'home-0a1b2c3d';
const SNAPSHOT = 'home.20261119-140803z-a1b2';

let sidecar: TestSidecar;

beforeEach(async () => {
  sidecar = await startTestSidecar();
  fillIndex(sidecar.index);
});

afterEach(() => sidecar.stop());

describe('failures', () => {
  it('passes a provider’s problem on as it is', async () => {
    sidecar.provider.before = (call): void => {
      if (call === 'deleteSnapshot') {
        const blocker = {
          kind: 'held',
          object: SNAPSHOT,
          message: 'Held by ann.',
          fix: 'Release it.',
          by: 'ann',
          since: null
        };
        throw new ProblemError('snapshot-held', {
          detail: 'ann holds it.',
          next: 'Ask ann.',
          object: SNAPSHOT,
          blockers: [blocker]
        });
      }
    };
    const problem = readProblem(await sidecar.send('DELETE', `/snapshots/${SNAPSHOT}?uid=snapshot-uid`));
    expect(problem).toMatchObject({ slug: 'snapshot-held', object: SNAPSHOT, blockers: [{ by: 'ann' }] });
  });

  it('keeps the stack of a defect in the log, found by the request’s id', async () => {
    sidecar.provider.before = (): void => {
      throw new TypeError('secret of /home/alice/path');
    };
    const answer = await sidecar.send('POST', `/volumes/${VOLUME}/snapshots`);
    const problem = readProblem(answer);
    expect(problem.slug).toBe('internal');
    expect(answer.text).not.toContain('secret');
    const logged = sidecar.lines.filter(({ fields }) => fields['requestId'] === problem.requestId);
    expect(logged).toMatchObject([{ level: 'error', fields: { err: { message: 'secret of /home/alice/path' } } }]);
  });

  it('answers with a time-out when storage does not answer', async () => {
    const slow = await startTestSidecar({ answerDeadlineMs: 20 });
    try {
      slow.index.upsert(sampleVolume());
      slow.provider.before = call => (call === 'createSnapshot' ? new Promise<void>(() => undefined) : undefined);
      expect(readProblem(await slow.send('POST', `/volumes/${VOLUME}/snapshots`)).slug).toBe('sidecar-timeout');
    } finally {
      await slow.stop();
    }
  });

  it('does not let an answer out that breaks the contract', async () => {
    sidecar.index.upsert(sampleVolume({ snapshotCount: -1 }));
    expect(readProblem(await sidecar.send('GET', '/volumes')).slug).toBe('internal');
  });
});

describe('before the provider has looked at storage', () => {
  it('status answers, and lists wait', async () => {
    const starting = await startTestSidecar({ begin: false });
    try {
      starting.index.upsert(sampleVolume());
      expect((await starting.send('GET', '/status')).json()).toMatchObject({
        capabilities: { snapshot: { available: false, fix: 'Try again in a few seconds.' } },
        notices: [{ code: 'starting' }]
      });
      const list = starting.send('GET', '/volumes');
      starting.begin();
      expect((await list).json()).toMatchObject({ items: [{ id: VOLUME }] });
    } finally {
      await starting.stop();
    }
  });

  it('lists say that it is starting when it takes too long, never that there is nothing', async () => {
    const starting = await startTestSidecar({ begin: false, firstObservationMs: 20 });
    try {
      const answer = await starting.send('GET', '/volumes');
      expect([answer.status, readProblem(answer).slug]).toEqual([503, 'starting']);
    } finally {
      await starting.stop();
    }
  });

  it('storage that does not answer during the first look is told at once, not as a start that takes long', async () => {
    const starting = await startTestSidecar({ begin: false, firstObservationMs: 20 });
    try {
      const since = '2026-11-20T08:00:00.000Z';
      const told = problem('storage-unreachable', { detail: 'The storage does not answer.', next: 'Wait.' });
      starting.provider.setFreshness({ current: false, problem: told, since, asOf: null, retryAt: null });
      expect(readProblem(await starting.send('GET', '/volumes')).slug).toBe('storage-unreachable');
      expect((await starting.send('GET', '/status')).json()).toMatchObject({
        capabilities: { snapshot: { available: false, reason: 'The storage does not answer.' } }
      });
    } finally {
      await starting.stop();
    }
  });

  it('storage that was never read is told by its reason, and never as empty', async () => {
    const away = await startTestSidecar();
    try {
      const since = '2026-11-20T08:00:00.000Z';
      const told = problem('storage-unreachable', { detail: 'The storage does not answer.', next: 'Wait.' });
      away.provider.setFreshness({ current: false, problem: told, since, asOf: null, retryAt: null });
      expect(readProblem(await away.send('GET', '/volumes'))).toMatchObject({
        slug: 'storage-unreachable',
        detail: 'The storage does not answer.'
      });
      away.provider.setFreshness({ current: false, problem: told, since, asOf: since, retryAt: null });
      expect((await away.send('GET', '/volumes')).status).toBe(200);
    } finally {
      await away.stop();
    }
  });

  it('a provider that can’t start is told by status and by lists', async () => {
    const broken = await startTestSidecar({ begin: false });
    try {
      broken.provider.before = (): void => {
        throw new ProblemError('store-locked', { detail: 'Another server has it.', next: 'Stop it.', object: 'home' });
      };
      broken.begin();
      const answer = await broken.send('GET', '/volumes');
      expect([answer.status, readProblem(answer).slug]).toEqual([423, 'store-locked']);
      expect((await broken.send('GET', '/status')).json()).toMatchObject({
        capabilities: { restore: { available: false, reason: 'Another server has it.', fix: 'Stop it.' } },
        notices: [{ code: 'store-locked', message: 'Another server has it.', object: 'home' }]
      });
    } finally {
      await broken.stop();
    }
  });
});

describe('the log', () => {
  /** Lines are written when an answer is out, which its reader may learn first. */
  const requests = async (count: number): Promise<unknown[]> => {
    const found = (): unknown[] => sidecar.lines.filter(({ message }) => message === 'request');
    await until(() => found().length === count);
    return found();
  };

  it('has one line per request, with the pattern instead of names', async () => {
    await sidecar.send('GET', `/volumes/${VOLUME}?token=x`);
    await sidecar.send('POST', `/volumes/${VOLUME}/snapshots`);
    await sidecar.send('GET', '/snapshots/gone');
    expect(await requests(3)).toMatchObject([
      { level: 'debug', fields: { method: 'GET', route: '/volumes/:volume', status: 200, ms: expect.any(Number) } },
      { level: 'info', fields: { method: 'POST', route: '/volumes/:volume/snapshots', status: 202 } },
      { level: 'info', fields: { method: 'GET', route: '/snapshots/:snapshot', status: 404 } }
    ]);
    expect(JSON.stringify(await requests(3))).not.toContain(VOLUME);
  });

  it('names each request as its answer does', async () => {
    const answer = await sidecar.send('GET', '/status');
    expect(await requests(1)).toMatchObject([{ fields: { id: answer.headers['x-request-id'] } }]);
  });
});
