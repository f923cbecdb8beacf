/**
 * Sizes of the file system at a mount, measured by a child process: a call on a dead network mount never returns, and
 * in this process it would hold a thread for ever and keep the process from ending.
 */
import { spawn } from 'node:child_process';

/** Bytes of a whole file system. */
export interface FileSystemSize {
  readonly total: number;
  readonly used: number;
  /** What an ordinary user may still write. */
  readonly free: number;
}

/** What was measured, or why it was not. */
export type Measured = { readonly size: FileSystemSize } | { readonly reason: string };

const DEADLINE_MS = 2_000;

export interface FileSystemSizesOptions {
  readonly deadlineMs?: number;
  /** Program that takes the arguments of GNU and BusyBox `stat`. */
  readonly program?: string;
}

/** Measures mounts, never twice at the same time, and not again while one that was given up still hangs. */
export class FileSystemSizes {
  private readonly running = new Map<string, Promise<Measured>>();
  private readonly hanging = new Set<string>();

  constructor(private readonly options: FileSystemSizesOptions = {}) {}

  /** Resolves within the deadline; never rejects. */
  measure(path: string): Promise<Measured> {
    const { deadlineMs = DEADLINE_MS } = this.options;
    if (this.hanging.has(path)) {
      return Promise.resolve({ reason: noAnswer(deadlineMs) });
    }
    const running = this.running.get(path) ?? this.ask(path, deadlineMs).finally(() => this.running.delete(path));
    this.running.set(path, running);
    return running;
  }

  private ask(path: string, deadlineMs: number): Promise<Measured> {
    return new Promise(resolve => {
      const child = spawn(this.options.program ?? 'stat', ['-f', '-c', '%S %b %f %a', path], {
        cwd: '/',
        stdio: ['ignore', 'pipe', 'ignore']
      });
      let text = '';
      const timer = setTimeout(() => {
        this.hanging.add(path);
        child.kill('SIGKILL');
        // One that waits for storage in the kernel does not die; nothing of it may hold this process.
        child.stdout.destroy();
        child.unref();
        resolve({ reason: noAnswer(deadlineMs) });
      }, deadlineMs);
      child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
      child.once('error', error => {
        clearTimeout(timer);
        resolve({ reason: `Sizes can’t be measured: ${error.message}.` });
      });
      child.once('close', () => {
        clearTimeout(timer);
        this.hanging.delete(path);
        resolve(sizeOf(text) ?? { reason: 'The file system does not tell its size.' });
      });
    });
  }
}

const noAnswer = (deadlineMs: number): string => `The storage did not answer within ${deadlineMs / 1000} s.`;

function sizeOf(text: string): Measured | null {
  const [, ...numbers] = /^(\d+) (\d+) (\d+) (\d+)\s*$/.exec(text) ?? [];
  const [block, total, free, available] = numbers.map(Number);
  if (block === undefined || total === undefined || free === undefined || available === undefined || total === 0) {
    return null;
  }
  return { size: { total: total * block, used: (total - free) * block, free: available * block } };
}
