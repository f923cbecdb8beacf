/** The API server's own record of who asked for what; only the test bed has it. */
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bed } from '../../testbed/support/bed';
import { environment } from './environment';

/** One request, as far as tests look at it. */
interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
}

function file(): string {
  if (bed === undefined) {
    throw new Error('DATAMARK_BED_DIR is not set: only the test bed has an audit log.');
  }
  return join(bed.directory, 'logs', 'audit.log');
}

/** What an account of the namespace asked the API server for since this was called, as `verb address`. */
export async function auditOf(account: string): Promise<() => Promise<string[]>> {
  const { size: start } = await stat(file());
  return async () => {
    const log = await open(file());
    try {
      const { size } = await log.stat();
      const { buffer } = await log.read(Buffer.alloc(size - start), 0, size - start, start);
      // The last line may be half written.
      const lines = buffer.toString('utf8').split('\n').slice(0, -1);
      return lines
        .map(line => JSON.parse(line) as AuditEvent)
        .filter(({ stage }) => stage === 'ResponseComplete')
        .filter(({ user }) => user.username === `system:serviceaccount:${environment.namespace}:${account}`)
        .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
    } finally {
      await log.close();
    }
  };
}
