/**
 * Servers of many users that ask the controller for their mirrors, each once in an interval and on a new connection. argv: where
 * and how as JSON. Writes one line of JSON: when it began (s since 1970), seconds that it took, and those of the slowest answer in
 * the first interval and after it.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { ToldMirrors } from '../../server/src/ingest/controllerWire';
import { destinationOf } from './mirrorNames';

const TIMEOUT_MS = 30_000;

interface Work {
  readonly port: number;
  readonly ca: string;
  readonly users: number;
  readonly intervalMs: number;
  readonly intervals: number;
}

const { port, ca, users, intervalMs, intervals } = JSON.parse(process.argv[2] ?? '') as Work;
const authority = readFileSync(ca);

/** Resolves with what the user is told; rejects for every status but 200. */
const ask = (user: number): Promise<ToldMirrors> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer token-${user}` };
    const where = { host: '127.0.0.1', port, path: '/v1/mirrors', headers, ca: authority, agent: false };
    const sent = request({ ...where, timeout: TIMEOUT_MS }, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) {
          resolve(ToldMirrors.parse(JSON.parse(text)));
        } else {
          reject(new Error(`user ${user}: ${response.statusCode} ${text}`));
        }
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`user ${user}: no answer`)));
    sent.on('error', reject).end();
  });

const startedAt = Date.now() / 1000;
const started = performance.now();
let first = 0;
let slowest = 0;

async function follow(user: number): Promise<void> {
  for (let interval = 0; interval < intervals; interval += 1) {
    const at = started + (interval + user / users) * intervalMs;
    await delay(Math.max(0, at - performance.now()));
    const asked = performance.now();
    const { items, problem } = await ask(user);
    const seconds = (performance.now() - asked) / 1000;
    if (problem !== null || items.length !== 1 || items[0]?.to !== destinationOf(user)) {
      throw new Error(`user ${user} was told ${JSON.stringify({ problem, items })}`);
    }
    if (interval === 0) {
      first = Math.max(first, seconds);
    } else {
      slowest = Math.max(slowest, seconds);
    }
  }
}

await Promise.all(Array.from({ length: users }, (_, user) => follow(user)));
process.stdout.write(
  `${JSON.stringify({ startedAt, seconds: (performance.now() - started) / 1000, first, slowest })}\n`
);
