/** The event stream over a real socket: beginning, resuming, slow clients, and its end. */
import { problem, type Freshness } from '../../../../contract';
import { EventReader } from '../../testing/eventReader';
import { sampleSnapshot, sampleVolume } from '../../testing/sampleObjects';
import { startTestSidecar, type TestSidecar, type TestSidecarOptions } from '../../testing/testSidecar';
import { until } from '../../testing/until';

let sidecar: TestSidecar;
const start = async (options: TestSidecarOptions = {}): Promise<void> => {
  sidecar = await startTestSidecar(options);
};
const listen = async (lastEventId?: string): Promise<EventReader> =>
  new EventReader(await sidecar.open('/events', lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }));
/** Makes `count` changes. */
const change = (count: number): void => {
  for (let made = 0; made < count; made += 1) {
    sidecar.index.upsert(sampleVolume({ snapshotCount: sidecar.index.revision + 1 }));
  }
};
const position = (revision: number): string => `${sidecar.index.epoch}:${revision}`;

afterEach(() => sidecar.stop());

describe('a new stream', () => {
  it('says hello, then tells each change with its position as id', async () => {
    await start();
    change(2);
    const reader = await listen();
    await reader.first(1);
    sidecar.index.upsert(sampleSnapshot());
    sidecar.index.remove('snapshot', sampleSnapshot().name);
    expect(await reader.first(3)).toEqual([
      ['hello', 2],
      ['upsert', 3],
      ['remove', 4]
    ]);
    expect(reader.events.map(({ type, id }) => [type, id])).toEqual([
      ['hello', position(2)],
      ['upsert', position(3)],
      ['remove', position(4)]
    ]);
    expect(reader.events.at(2)?.data).toMatchObject({ kind: 'snapshot', volume: sampleSnapshot().volume });
  });

  it('is neither cached nor buffered on its way', async () => {
    await start();
    const response = await sidecar.open('/events');
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no'
    });
    response.destroy();
  });

  it('is not opened by HEAD', async () => {
    await start();
    expect((await sidecar.send('HEAD', '/events')).status).toBe(200);
    expect(sidecar.app.openStreams()).toBe(0);
  });

  it('opens at once, and says hello when storage has been looked at', async () => {
    await start({ begin: false });
    const reader = await listen();
    await until(() => reader.comments.length === 1);
    change(3);
    expect(reader.events).toEqual([]);
    sidecar.begin();
    expect(await reader.first(1)).toEqual([['hello', 3]]);
  });
});

describe('a stream that comes back', () => {
  it('goes on behind the last event it saw', async () => {
    await start();
    change(5);
    const reader = await listen(position(3));
    expect(await reader.first(3)).toEqual([
      ['hello', 3],
      ['upsert', 4],
      ['upsert', 5]
    ]);
  });

  it.each([
    ['another process', (): string => 'feedfeedfeedfeed:3'],
    ['the future', (): string => position(99)],
    ['nowhere', (): string => 'nonsense']
  ])('is reset when it comes from %s', async (_case, lastEventId) => {
    await start();
    change(5);
    const reader = await listen(lastEventId());
    expect(await reader.first(1)).toEqual([['reset', 5]]);
    change(1);
    expect(await reader.first(2)).toEqual([
      ['reset', 5],
      ['upsert', 6]
    ]);
  });

  it('is reset when what it missed is forgotten', async () => {
    await start();
    change(5_000);
    const reader = await listen(position(3));
    expect(await reader.first(1)).toEqual([['reset', 5_000]]);
  });
});

describe('an open stream', () => {
  it('has a comment now and then while nothing happens', async () => {
    await start({ heartbeatMs: 10 });
    const reader = await listen();
    await until(() => reader.comments.filter(text => text === 'heartbeat').length >= 2);
  });

  it('reads thousands of changes made at once, in order and without a gap', async () => {
    await start();
    const reader = await listen();
    await reader.first(1);
    change(4_000);
    const seen = await reader.first(4_001);
    expect(seen.map(([, revision]) => revision)).toEqual(Array.from({ length: 4_001 }, (_, index) => index));
  });

  it('that falls too far behind is reset instead of being sent everything', async () => {
    await start();
    const reader = await listen();
    await reader.first(1);
    change(20_000);
    await until(() => reader.events.at(-1)?.data.revision === 20_000);
    expect(reader.events.map(({ type }) => type)).toContain('reset');
    expect(reader.events.length).toBeLessThan(10_000);
  });

  it('is dropped when its client does not read, without being buffered for', async () => {
    await start({ stalledMs: 50 });
    const response = await sidecar.open('/events');
    response.pause();
    const before = process.memoryUsage().arrayBuffers;
    await until(() => {
      change(1_000);
      return sidecar.lines.some(({ message }) => message.startsWith('event stream dropped'));
    });
    await until(() => sidecar.app.openStreams() === 0);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    response.destroy();
  });

  it('is forgotten when its client goes', async () => {
    await start();
    const reader = await listen();
    await reader.first(1);
    expect(sidecar.app.openStreams()).toBe(1);
    reader.close();
    await until(() => sidecar.app.openStreams() === 0);
  });

  it('ends in order when the sidecar stops, and no new one stays open', async () => {
    await start();
    const reader = await listen();
    await reader.first(1);
    sidecar.app.dispose();
    await until(() => reader.ended);
    const late = await listen();
    await until(() => late.ended);
    expect(late.events).toEqual([]);
  });
});

describe('the status on a stream', () => {
  const AWAY: Freshness = {
    current: false,
    problem: problem('storage-unreachable', { detail: 'The storage does not answer.', next: 'Wait.' }),
    since: '2026-11-20T08:00:00.000Z',
    asOf: '2026-11-20T08:00:00.000Z',
    retryAt: null
  };

  it('follows the greeting, and comes again only when it is another one', async () => {
    await start();
    const reader = await listen();
    await until(() => reader.statuses.length === 1);
    change(3);
    await reader.first(4);
    sidecar.provider.setFreshness(AWAY);
    await until(() => reader.statuses.length === 2);
    sidecar.provider.setFreshness({ ...AWAY });
    sidecar.provider.setFreshness({ current: true });
    await until(() => reader.statuses.length === 3);
    expect(reader.statuses.map(({ freshness }) => freshness.current)).toEqual([true, false, true]);
  });

  it('tells that the first look at storage is over, to a stream that waited for it in vain', async () => {
    await start({ begin: false, firstObservationMs: 20 });
    const reader = await listen();
    await until(() => reader.statuses.length === 1);
    sidecar.begin();
    await until(() => reader.statuses.length === 2);
    expect(reader.statuses.map(({ notices }) => notices.map(({ code }) => code))).toEqual([['starting'], []]);
  });
});
