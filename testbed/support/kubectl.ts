// Runs kubectl: for what needs more than one request (exec, logs) and to read a kubeconfig of any kind.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What a command printed, and how it ended. */
export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** The bed's, else that of the PATH. */
export function kubectlPath(): string {
  const own = process.env.DATAMARK_BED_DIR && `${process.env.DATAMARK_BED_DIR}/bin/kubectl`;
  return own && existsSync(own) ? own : 'kubectl';
}

/** Runs kubectl with the KUBECONFIG of the tests; never throws for an exit code. */
export function tryKubectl(args: string[], { input = '', seconds = 60 } = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const options = { timeout: seconds * 1000, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(kubectlPath(), args, options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') {
        reject(new Error(`kubectl ${args.join(' ')}: ${error.message}`, { cause: error }));
      } else {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      }
    });
    // A command that ends before it has read its input says why by its exit code.
    child.stdin?.on('error', () => undefined).end(input);
  });
}

/** Runs kubectl and returns what it printed; throws with its message if it fails. */
export async function kubectl(args: string[], options?: { input?: string; seconds?: number }): Promise<string> {
  const done = await tryKubectl(args, options);
  if (done.code !== 0) {
    throw new Error(`kubectl ${args.join(' ')} ended with ${done.code}: ${done.stderr.trim()}`);
  }
  return done.stdout;
}
