import { FakeServer, until } from '../testing/fakeServer';
import type { Connection } from '../tokens';
import { ConnectionLoop, pauseBefore } from './connectionLoop';

it('waits longer after every failure, up to a minute, and never less than half of that', () => {
  const longest = [1, 2, 3, 7, 50].map(failure => pauseBefore(failure, () => 1));
  expect(longest).toEqual([1_000, 2_000, 4_000, 60_000, 60_000]);
  expect(pauseBefore(3, () => 0)).toBe(2_000);
});

describe('the status', () => {
  const server = new FakeServer();
  const seen: Connection[] = [];
  const loop = new ConnectionLoop({
    api: server.api,
    onConnection: connection => seen.push(connection),
    onEvent: () => undefined,
    onBroken: () => undefined
  });
  const notices = (): unknown => {
    const last = seen.at(-1);
    return last?.state === 'online' ? last.status.notices.map(({ code }) => code) : last?.state;
  };

  afterEach(() => {
    loop.stop();
  });

  it('is asked for once, and then taken from the stream', async () => {
    server.tellStatus({ notices: [{ code: 'starting', message: 'It looks at storage.', fix: 'Wait.', object: null }] });
    loop.start();
    await until(() => JSON.stringify(notices()) === '["starting"]');

    server.tellStatus({ notices: [] });
    await until(() => JSON.stringify(notices()) === '[]');

    expect(server.called('status')).toBe(1);
  });
});
