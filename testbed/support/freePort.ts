// A port of this host that nobody listens on, for a program that can't choose one itself.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below those that systems give to connections and to servers that ask for any (Linux: from 32768): those come and go
// by the hundred while tests run, and would take the port before the program that it is for listens.
const FIRST = 20_000;
const END = 30_000;
const TRIES = 50;

/** Of the moment: taken by whoever is first. Fails where none of many is free. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST, END);
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error(`None of ${TRIES} ports from ${FIRST} to ${END - 1} is free.`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen(port, '127.0.0.1'), 'listening');
    await once(probe.close(), 'close');
    return true;
  } catch {
    return false;
  }
}
