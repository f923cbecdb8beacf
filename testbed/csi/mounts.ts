// What is mounted where, as the kernel says: the driver keeps no list of its own that a crash could falsify.
import { readFile } from 'node:fs/promises';

/** One line of /proc/self/mountinfo. */
export interface Mount {
  /** major:minor */
  device: string;
  /** Path inside the mounted file system. */
  root: string;
  at: string;
  readOnly: boolean;
}

/** Everything mounted, in the order it was mounted. */
export async function mounts(): Promise<Mount[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map(line => {
      const [, , device = '', root = '', at = '', options = ''] = line.split(' ');
      return { device, root: unescaped(root), at: unescaped(at), readOnly: options.split(',').includes('ro') };
    });
}

/** The topmost mount at a path. */
export async function mountedAt(path: string): Promise<Mount | undefined> {
  return (await mounts()).findLast(mount => mount.at === path);
}

// Spaces and the like are written as octal.
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
