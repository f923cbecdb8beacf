import { problem } from '../../contract';
import { FakeServer, until } from '../testing/fakeServer';
import type { Connection } from '../tokens';
import { ConnectionLoop, pauseBefore } from './connectionLoop';

it('waits longer after every failure, up to a minute, and never less than half of that', () => {
  const longest = [1, 2, 3, 7, 50].map(failure => pauseBefore(failure, () => 1));
  expect(longest).toEqual([1_000, 2_000, 4_000, 60_000, 60_000]);
  expect(pauseBefore(3, () => 0)).toBe(2_000);
});

describe('with a sidecar that still looks at storage', () => {
  const server = new FakeServer();
  const { status } = server;
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

  it('asks for its status again until it has looked, then no more', async () => {
    if (!('state' in status) || status.state !== 'running') {
      throw new Error('the sample status is of a running sidecar');
    }
    const { title, ...rest } = problem('starting', { detail: 'It looks at storage.', next: 'Wait a moment.' });
    const notice = { code: 'starting', message: title, fix: rest.next, object: null };
    server.status = { ...status, notices: [notice] };
    loop.start();
    await until(() => server.called('status') >= 2);
    expect(notices()).toEqual(['starting']);

    server.status = status;
    await until(() => JSON.stringify(notices()) === '[]');

    const asked = server.called('status');
    await expect(until(() => server.called('status') > asked, 800)).rejects.toThrow();
  });
});
