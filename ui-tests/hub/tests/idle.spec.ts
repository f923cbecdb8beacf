/** What an idle Datamark does to a hub that stops idle servers: nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '../fixtures';
import { hub } from '../hub';
import { askServer } from '../userFiles';

const MINUTE = 60_000;

test('an open event stream does not count as activity, whatever goes through it', async ({ user }) => {
  test.setTimeout(6 * MINUTE);
  await hub.start(user);
  const leaving = new AbortController();
  const stream = await askServer(user, 'datamark/api/v1/events', { signal: leaving.signal });
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  const heard: string[] = [];
  const reading = (async () => {
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
      heard.push(part.value);
    }
  })().catch((error: unknown) => (leaving.signal.aborted ? undefined : Promise.reject(error)));
  await expect.poll(() => heard.join('')).toContain('event: hello');
  const before = await hub.lastProxied(user);
  expect(before).not.toBeNull();

  await delay(3 * MINUTE);

  expect(heard.join('').match(/^: heartbeat$/gm)?.length ?? 0).toBeGreaterThanOrEqual(8);
  expect(await hub.lastProxied(user)).toBe(before);
  leaving.abort();
  await reading;
});

test('a visible, idle panel keeps one stream open and finishes no request; a hidden one has none', async ({
  lab,
  datamark
}) => {
  test.setTimeout(8 * MINUTE);
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

  await delay(3 * MINUTE);

  expect(finished).toEqual([]);
  expect(streams).toEqual({ opened: 1, ended: 0 });
  await lab.locator('.jp-SideBar').getByRole('tab', { name: 'File Browser' }).click();
  await expect.poll(() => streams.opened - streams.ended).toBe(0);
  expect(finished).toEqual([]);
});

test('a stream that comes back with what another process told is reset', async ({ user }) => {
  await hub.start(user);
  const leaving = new AbortController();
  const headers = { 'Last-Event-ID': 'feedfeedfeedfeed:7' };
  const stream = await askServer(user, 'datamark/api/v1/events', { signal: leaving.signal, headers });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = '';
  while (!/^event: .*\n[^]*\n\n/m.test(heard)) {
    heard += (await reader?.read())?.value ?? '';
  }
  leaving.abort();
  expect(heard).toContain('event: reset');
});
