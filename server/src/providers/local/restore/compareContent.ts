/** Reads two files side by side and tells whether every byte is equal. Synchronous, for the worker. */
import * as fs from 'node:fs';
import { errorCode } from '../systemProblem';
import type { SystemPath } from './insideRoot';

const BLOCK = 1 << 20;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** Fills as much of the buffer as the file still has. */
function fill(fd: number, buffer: Buffer, position: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const read = fs.readSync(fd, buffer, filled, buffer.length - filled, position + filled);
    if (read === 0) {
      break;
    }
    filled += read;
  }
  return filled;
}

/** Two open files, from their beginnings. */
function equalDescriptors(a: number, b: number, signal: AbortSignal | null): boolean {
  const left = fs.fstatSync(a, { bigint: true });
  const right = fs.fstatSync(b, { bigint: true });
  if (!left.isFile() || !right.isFile() || left.size !== right.size) {
    return false;
  }
  if (left.dev === right.dev && left.ino === right.ino) {
    return true;
  }
  const size = Math.min(BLOCK, Number(left.size) + 1);
  const [one, other] = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)];
  for (let position = 0; ;) {
    signal?.throwIfAborted();
    const read = fill(a, one, position);
    if (read !== fill(b, other, position) || !one.subarray(0, read).equals(other.subarray(0, read))) {
      return false;
    }
    if (read < size) {
      return true;
    }
    position += read;
  }
}

/**
 * Whether two regular files hold the same bytes. A file that is missing, can't be read or is a link is equal to
 * nothing. The signal is looked at between blocks.
 */
export function equalFiles(a: SystemPath, b: SystemPath, signal: AbortSignal | null): boolean {
  const opened: number[] = [];
  try {
    for (const path of [a, b]) {
      opened.push(fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    }
    const [one, other] = opened;
    return one !== undefined && other !== undefined && equalDescriptors(one, other, signal);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENXIO'].includes(errorCode(error) ?? '')) {
      return false;
    }
    throw error;
  } finally {
    opened.forEach(fd => {
      fs.closeSync(fd);
    });
  }
}
