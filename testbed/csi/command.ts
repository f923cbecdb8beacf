// Runs programs of the host: btrfs, mount, mkfs.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program to its end; throws with what it printed as error. */
export async function command(name: string, ...args: string[]): Promise<string> {
  try {
    return (await execute(name, args, { env: { ...process.env, LC_ALL: 'C' }, timeout: 60_000 })).stdout;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`${name} ${args.join(' ')}: ${(stderr || message).trim()}`, { cause: error });
  }
}
