/**
 * The log: JSON lines on stderr, which the parent reads and passes on.
 * Written asynchronously and with a bound, so that a parent that does not read can't stop the sidecar.
 */
import pino, { type Logger } from 'pino';

/** The log as the sidecar's parts see it. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/** Lines that were not read yet, in bytes; what comes above it is dropped. */
const MAX_UNREAD_BYTES = 1 << 20;
const FLUSH_DEADLINE_MS = 500;

/** A log with an end: `close` resolves when all lines are out, or when nobody reads them. */
export interface StderrLog {
  readonly log: Logger;
  close(): Promise<void>;
}

/** Opens the log on stderr. */
export function openLog(level: string): StderrLog {
  const destination = pino.destination({ dest: 2, sync: false, maxLength: MAX_UNREAD_BYTES });
  // The parent may be gone before us; there is nobody left to tell.
  destination.on('error', () => undefined);
  const log = pino({ level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  const close = (): Promise<void> =>
    new Promise(resolve => {
      const timer = setTimeout(resolve, FLUSH_DEADLINE_MS);
      destination.flush(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  return { log, close };
}
