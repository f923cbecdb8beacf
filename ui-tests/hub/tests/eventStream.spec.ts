/** The stream of events through the hub's proxy. */
import { follow } from '../eventStream';
import { expect, test } from '../fixtures';
import { hub } from '../hub';

test('a stream that comes back with what another process told is reset', async ({ user }) => {
  await hub.start(user);
  const stream = await follow(user, { 'Last-Event-ID': 'feedfeedfeedfeed:7' });
  await expect.poll(stream.heard).toMatch(/^event: .*\n[^]*\n\n/m);
  expect(stream.heard().match(/^event: .*$/m)?.[0]).toBe('event: reset');
  await stream.leave();
});
