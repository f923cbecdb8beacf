/** Which process this is, in words that another process can check: the owner's line of a lock. */
import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

/** Identity of a process. What a system can't tell is null. */
export const ProcessIdentity = z.object({
  host: z.string(),
  bootId: z.string().nullable(),
  pid: z.int().positive(),
  /** A pid means something only within its namespace: two containers of one host both have a pid 7. */
  pidNamespace: z.string().nullable(),
  /** Clock ticks since boot at which the process started, field 22 of proc_pid_stat(5): pids are used again. */
  startTime: z.string().nullable()
});
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

const orNull = (read: () => string): string | null => {
  try {
    return read();
  } catch {
    return null;
  }
};

const startTimeOf = (pid: number): string | null =>
  orNull(() => {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the command in parentheses and may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return z.string().parse(fields[19]);
  });

/** The identity of this process. */
export const thisProcess = (): ProcessIdentity => ({
  host: hostname(),
  bootId: orNull(() => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  pid: process.pid,
  pidNamespace: orNull(() => fs.readlinkSync('/proc/self/ns/pid')),
  startTime: startTimeOf(process.pid)
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Whether a process has certainly ended. Only one of the same host, boot and pid namespace can be told dead. */
export function hasEnded(other: ProcessIdentity, self: ProcessIdentity): boolean {
  if (other.host !== self.host || other.bootId !== self.bootId || other.pidNamespace !== self.pidNamespace) {
    return false;
  }
  return (
    !isAlive(other.pid) || (other.startTime !== null && (startTimeOf(other.pid) ?? other.startTime) !== other.startTime)
  );
}
