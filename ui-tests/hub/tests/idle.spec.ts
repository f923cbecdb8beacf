/**
 * What an idle Datamark does to a hub that stops idle servers: nothing, ten minutes long. These tests only wait, both at
 * once and beside all others (playwright.config.ts).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { follow } from '../eventStream';
import { expect, test } from '../fixtures';
import { hub } from '../hub';

const MINUTE = 60_000;

test.describe.configure({ mode: 'parallel', timeout: 14 * MINUTE });

test('an open event stream does not count as activity, whatever goes through it', async ({ user }) => {
  await hub.start(user);
  const stream = await follow(user);
  await expect.poll(stream.heard).toContain('event: hello');
  const before = await hub.lastProxied(user);
  expect(before).not.toBeNull();

  await delay(10 * MINUTE);

  // One each 20 s: at most 30, and each comes a little late.
  expect(stream.heard().match(/^: heartbeat$/gm)?.length ?? 0).toBeGreaterThanOrEqual(27);
  expect(await hub.lastProxied(user)).toBe(before);
  await stream.leave();
});

test('a visible, idle panel keeps one stream open and finishes no request; a hidden one has none', async ({
  lab,
  datamark
}) => {
  const ours = (url: string): boolean => url.includes('/datamark/api/');
  const finished: string[] = [];
  const streams = { opened: 0, ended: 0 };
  lab.on('request', request => (streams.opened += request.url().includes('/datamark/api/v1/events') ? 1 : 0));
  lab.on('requestfailed', request => (streams.ended += request.url().includes('/datamark/api/v1/events') ? 1 : 0));
  lab.on('requestfinished', request => {
    if (ours(request.url())) {
      finished.push(request.url());
    }
  });
  await datamark.openPanel();
  await datamark.makeSnapshot('before the pause');
  await expect.poll(() => streams.opened - streams.ended).toBe(1);
  finished.length = 0;

  await delay(10 * MINUTE);

  expect(finished).toEqual([]);
  expect(streams).toEqual({ opened: 1, ended: 0 });
  await lab.locator('.jp-SideBar').getByRole('tab', { name: 'File Browser' }).click();
  await expect.poll(() => streams.opened - streams.ended).toBe(0);
  expect(finished).toEqual([]);
});
