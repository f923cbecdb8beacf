/**
 * Copies one regular file: by sharing its blocks where the file system can, else by content, with holes kept.
 * Notices a file that changes meanwhile, tries once more, then says so. Never follows a link.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { toSystemPath, type BytePath } from './bytePath';
import { errorCode, isGone } from './systemProblem';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
const BLOCK = 1 << 20;
/** Granularity of holes. */
const PAGE = 1 << 16;
/** Bytes the system may copy in one call: longer files are copied in pieces, between which a job can be cancelled. */
const WHOLE = 8 << 20;
/** Bytes from which on reading holes takes too long. */
const MANY = 64 << 20;

/** How a file is copied. `reflink` fails where blocks can't be shared; `copy` never shares them on purpose. */
export type CopyMethod = 'reflink' | 'copy';

/** What came of copying: the stat the copy belongs to, or why there is none. */
export type CopyResult =
  | { readonly state: 'copied'; readonly stat: fs.BigIntStats; readonly changed: boolean }
  | { readonly state: 'omitted'; readonly reason: 'unreadable' | 'vanished' | 'special-file' };

/** By what a change of a file is noticed. */
export interface FileState {
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
  readonly dev: bigint;
}

/** Copies one file to a path that does not exist. */
export interface CopyRequest {
  readonly source: BytePath;
  readonly target: BytePath;
  readonly method: CopyMethod;
  /** The source as it was when it was found, where that is known: it makes sharing blocks quicker. */
  readonly found?: FileState | undefined;
  readonly signal: AbortSignal;
  /** Told now and then how many bytes were written since the last call. */
  readonly onBytes?: (bytes: number) => void;
}

const sameState = (before: FileState, after: fs.BigIntStats): boolean =>
  before.size === Number(after.size) &&
  before.mtimeNs === after.mtimeNs &&
  before.ctimeNs === after.ctimeNs &&
  before.ino === after.ino &&
  before.dev === after.dev;

const REFLINK_REFUSED = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOSYS', 'ENOTTY', 'EBADF', 'ETXTBSY']);

/** Whether an error of a reflink means "not here", so that copying the content is right. */
export const isReflinkRefused = (error: unknown): boolean => REFLINK_REFUSED.has(errorCode(error) ?? '');

/** Of an open file, by a path that can't lead elsewhere meanwhile. Linux only; null elsewhere. */
const descriptorPath = (fd: number): string | null => (process.platform === 'linux' ? `/proc/self/fd/${fd}` : null);

class SourceError extends Error {
  constructor(override readonly cause: unknown) {
    super('The source can’t be read.');
  }
}

function removeHalfMade(target: BytePath): void {
  try {
    fs.unlinkSync(toSystemPath(target));
  } catch (error) {
    if (!isGone(error)) {
      throw error;
    }
  }
}

function readBlock(fd: number, buffer: Buffer, position: number): number {
  try {
    return fs.readSync(fd, buffer, 0, BLOCK, position);
  } catch (error) {
    throw new SourceError(error);
  }
}

/** Writes a block, leaving out its pages of zeros where holes are wanted. */
function writeBlock(fd: number, block: Buffer, position: number, holes: boolean, zeros: Buffer): void {
  if (!holes) {
    for (let at = 0; at < block.length;) {
      at += fs.writeSync(fd, block, at, block.length - at, position + at);
    }
    return;
  }
  for (let from = 0; from < block.length; from += PAGE) {
    const page = block.subarray(from, from + PAGE);
    if (!page.equals(zeros.subarray(0, page.length))) {
      writeBlock(fd, page, position + from, false, zeros);
    }
  }
}

function copyContent(source: number, stat: fs.BigIntStats, request: CopyRequest): void {
  const target = fs.openSync(toSystemPath(request.target), O_WRONLY | O_CREAT | O_EXCL, 0o600);
  try {
    const buffer = Buffer.allocUnsafe(BLOCK);
    const zeros = Buffer.alloc(PAGE);
    const holes = stat.blocks * 512n < stat.size;
    let position = 0;
    for (;;) {
      request.signal.throwIfAborted();
      const read = readBlock(source, buffer, position);
      if (read === 0) {
        break;
      }
      writeBlock(target, buffer.subarray(0, read), position, holes, zeros);
      position += read;
      request.onBytes?.(read);
    }
    if (holes) {
      fs.ftruncateSync(target, position);
    }
  } finally {
    fs.closeSync(target);
  }
}

/**
 * Lets GNU cp copy a file that is mostly holes: it finds them with SEEK_HOLE, which Node does not offer; reading them
 * all would take minutes. Whether it did; if not, nothing is left of it.
 */
function copyHoles(source: number, target: BytePath): boolean {
  // A path argument that is not UTF-8 can't be passed on.
  if (toSystemPath(target) !== target || process.platform !== 'linux') {
    return false;
  }
  const args = ['--sparse=auto', '--reflink=never', '--no-target-directory', '--', '/proc/self/fd/3', target];
  const { status } = spawnSync('cp', args, { stdio: ['ignore', 'ignore', 'ignore', source] });
  if (status !== 0) {
    removeHalfMade(target);
  }
  return status === 0;
}

function copyOpen(source: number, stat: fs.BigIntStats, request: CopyRequest): void {
  const from = descriptorPath(source);
  if (request.method === 'reflink') {
    fs.copyFileSync(from ?? toSystemPath(request.source), toSystemPath(request.target), REFLINK);
    return;
  }
  if (from !== null && stat.size <= WHOLE && stat.blocks * 512n >= stat.size) {
    try {
      fs.copyFileSync(from, toSystemPath(request.target), fs.constants.COPYFILE_EXCL);
      request.onBytes?.(Number(stat.size));
      return;
    } catch (error) {
      // Block by block it shows whether reading or writing failed; only these are certain already.
      if (['ENOSPC', 'EDQUOT', 'EROFS', 'EEXIST'].includes(errorCode(error) ?? '')) {
        throw error;
      }
      removeHalfMade(request.target);
    }
  }
  const mostlyHoles = stat.size > MANY && stat.blocks * 1024n < stat.size;
  if (!mostlyHoles || !copyHoles(source, request.target)) {
    copyContent(source, stat, request);
  }
}

const REFLINK = fs.constants.COPYFILE_FICLONE_FORCE | fs.constants.COPYFILE_EXCL;

/**
 * Copies a file. The target has mode 0600 or the source's; the caller sets what it should have. System errors of the
 * target's side are thrown, with the half-made target removed; errors of the source's side are the result.
 */
export function copyFile(request: CopyRequest): CopyResult {
  const quick = request.method === 'reflink' && request.found ? reflinkQuickly(request, request.found) : null;
  if (quick !== null) {
    return quick;
  }
  for (let attempt = 0; ; attempt += 1) {
    const result = copyOnce(request);
    if (result.state === 'omitted' || !result.changed || attempt > 0) {
      return result;
    }
    removeHalfMade(request.target);
  }
}

/**
 * Shares the blocks with half of the system calls, and looks afterwards whether the source was the same file all the
 * time. If not, or if anything else is odd, nothing is left of it and the careful way is taken.
 */
function reflinkQuickly({ source, target }: CopyRequest, found: FileState): CopyResult | null {
  try {
    fs.copyFileSync(toSystemPath(source), toSystemPath(target), REFLINK);
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (isReflinkRefused(error) || ['ENOSPC', 'EDQUOT', 'EROFS', 'EEXIST'].includes(code)) {
      throw error;
    }
    removeHalfMade(target);
    return null;
  }
  const stat = fs.lstatSync(toSystemPath(source), { bigint: true, throwIfNoEntry: false });
  if (stat?.isFile() === true && sameState(found, stat)) {
    return { state: 'copied', stat, changed: false };
  }
  removeHalfMade(target);
  return null;
}

function copyOnce(request: CopyRequest): CopyResult {
  let source: number;
  try {
    // O_NONBLOCK: a FIFO that took the file's place must not make us wait for its writer.
    source = fs.openSync(toSystemPath(request.source), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const reason = isGone(error) ? 'vanished' : errorCode(error) === 'ELOOP' ? 'special-file' : 'unreadable';
    return { state: 'omitted', reason };
  }
  try {
    const before = fs.fstatSync(source, { bigint: true });
    if (!before.isFile()) {
      return { state: 'omitted', reason: 'special-file' };
    }
    copyOpen(source, before, request);
    const after = fs.fstatSync(source, { bigint: true });
    return { state: 'copied', stat: before, changed: !sameState({ ...before, size: Number(before.size) }, after) };
  } catch (error) {
    // EEXIST: what is there is not ours.
    if (errorCode(error) !== 'EEXIST') {
      removeHalfMade(request.target);
    }
    if (error instanceof SourceError) {
      return { state: 'omitted', reason: 'unreadable' };
    }
    throw error;
  } finally {
    fs.closeSync(source);
  }
}
