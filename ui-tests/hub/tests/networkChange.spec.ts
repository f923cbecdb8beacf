/** Other suites bring up test beds, each with a network interface of this machine, while pages are being loaded here. */
import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** More than a browser has connections for: the others wait. */
const SHEETS = 40;
const ANSWERED_AFTER_MS = 300;

test('a page is loaded whole while a network interface comes and goes', async ({ page }) => {
  const sheets = [...Array(SHEETS).keys()].map(index => `<link rel="stylesheet" href="/${index}.css">`);
  let asked = 0;
  const server = createServer(({ url }, response) => {
    if (url === '/') {
      response.setHeader('Content-Type', 'text/html').end(sheets.join(''));
      return;
    }
    asked++;
    setTimeout(() => response.setHeader('Content-Type', 'text/css').end(), ANSWERED_AFTER_MS);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const failed: string[] = [];
  page.on('requestfailed', request => failed.push(request.failure()?.errorText ?? request.url()));
  const link = `dm-t-${process.pid}`;
  try {
    const loaded = page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await expect.poll(() => asked).toBeGreaterThan(0);
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', `${link}p`);
    ip('addr', 'add', '192.0.2.1/30', 'dev', link);
    ip('link', 'set', link, 'up');
    expect(asked).toBeLessThan(SHEETS);
    await loaded;
  } finally {
    ip('link', 'del', link);
    server.closeAllConnections();
    server.close();
  }
  expect(failed).toEqual([]);
  expect(asked).toBeGreaterThanOrEqual(SHEETS);
});

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'inherit' });
