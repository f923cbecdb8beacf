/** What the kernel says is mounted in this process's view, from /proc/self/mountinfo. It never touches the mounts. */

/** One mount point, as it is seen now. */
export interface MountPoint {
  readonly path: string;
  /** Type of the file system, for example `nfs4`. */
  readonly type: string;
  /** The mount or the file system below it takes no writes. */
  readonly readOnly: boolean;
}

export interface MountTable {
  /** The topmost mount exactly at a path, or null. */
  at(path: string): MountPoint | null;
}

/** Reads the text of mountinfo; format: man 5 proc_pid_mountinfo. */
export function readMountTable(text: string): MountTable {
  const points = new Map<string, MountPoint>();
  for (const line of text.split('\n')) {
    const [own = '', below = ''] = line.split(' - ');
    const [, , , , path, options] = own.split(' ');
    const [type, , superOptions] = below.split(' ');
    if (path === undefined || options === undefined || type === undefined) {
      continue;
    }
    const readOnly = [options, superOptions ?? ''].some(list => list.split(',').includes('ro'));
    // A later mount at the same path covers the earlier one.
    points.set(unescaped(path), { path: unescaped(path), type, readOnly });
  }
  return { at: path => points.get(path) ?? null };
}

/** The kernel writes space, tab, line break and backslash, and bytes it must, as three octal digits. */
function unescaped(text: string): string {
  return text.replaceAll(/(?:\\[0-7]{3})+/g, run =>
    Buffer.from([...run.matchAll(/\\([0-7]{3})/g)].map(([, digits]) => Number.parseInt(digits ?? '', 8))).toString()
  );
}
