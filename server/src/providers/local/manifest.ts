/**
 * Manifests: what a tree was when it was copied, one JSON line per entry, with original modes, owners and times.
 * Streaming and synchronous, for use in the worker. How trees are walked and copied is elsewhere.
 */
import * as fs from 'node:fs';
import { z } from 'zod';
import type { BytePath } from './bytePath';
import { OmissionReason, type Omitted } from './omissions';

/** One file, directory or symbolic link of a tree. */
export interface ManifestEntry {
  /** Relative to the tree's root; the root itself is `''`. */
  readonly path: BytePath;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits, 07777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes; 0 for a directory. */
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly dev: bigint;
  readonly ino: bigint;
  /** Where a symbolic link points. */
  readonly target?: BytePath;
}

/** A whole tree. */
export interface Manifest {
  /** When the copy began, by the clock of the store's file system. */
  readonly startedAtNs: bigint;
  /** Patterns that were left out on purpose: nothing is known of what they match. */
  readonly exclude: readonly string[];
  /** Parents before their children. */
  readonly entries: Map<BytePath, ManifestEntry>;
  /**
   * Every path that could not be taken as it was. `changed-during-copy` ones are in `entries` too; of the others,
   * and of all below them, the tree knows nothing: their absence does not mean that they did not exist.
   */
  readonly omitted: readonly Omitted[];
}

/** The file is not a whole manifest: cut off, or altered. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

const VERSION = 1;
const CHUNK = 1 << 18;

const Nanoseconds = z.string().regex(/^-?\d+$/);
const Header = z.object({
  datamark: z.literal('manifest'),
  version: z.literal(VERSION),
  startedAtNs: Nanoseconds,
  exclude: z.array(z.string())
});
const OmittedLine = z.object({ omitted: z.string(), reason: OmissionReason });
const Trailer = z.object({ end: z.literal(true), entries: z.int(), omitted: z.int() });
const TYPES = { f: 'file', d: 'directory', l: 'symlink' } as const;
const LETTERS = { file: 'f', directory: 'd', symlink: 'l' } as const;
const decimal = /^-?\d+$/;

const line = (entry: ManifestEntry): string =>
  `${JSON.stringify([
    LETTERS[entry.type],
    entry.path,
    entry.mode,
    entry.uid,
    entry.gid,
    entry.size,
    `${entry.mtimeNs}`,
    `${entry.ctimeNs}`,
    `${entry.dev}`,
    `${entry.ino}`,
    ...(entry.target === undefined ? [] : [entry.target])
  ])}\n`;

function parseEntry(text: string): ManifestEntry {
  const parts: unknown = JSON.parse(text);
  if (!Array.isArray(parts)) {
    throw new ManifestError('A line of the manifest is not an entry.');
  }
  const [letter, path, mode, uid, gid, size, mtime, ctime, dev, ino, target] = parts as unknown[];
  if (
    (letter !== 'f' && letter !== 'd' && letter !== 'l') ||
    typeof path !== 'string' ||
    typeof mode !== 'number' ||
    typeof uid !== 'number' ||
    typeof gid !== 'number' ||
    typeof size !== 'number' ||
    typeof mtime !== 'string' ||
    typeof ctime !== 'string' ||
    typeof dev !== 'string' ||
    typeof ino !== 'string' ||
    !decimal.test(mtime) ||
    !decimal.test(ctime) ||
    !decimal.test(dev) ||
    !decimal.test(ino) ||
    (letter === 'l') !== (typeof target === 'string')
  ) {
    throw new ManifestError('A line of the manifest is not an entry.');
  }
  if (path.startsWith('/') || path.split('/').includes('..')) {
    throw new ManifestError('A path of the manifest leads out of its tree.');
  }
  const entry = {
    path,
    type: TYPES[letter],
    mode,
    uid,
    gid,
    size,
    mtimeNs: BigInt(mtime),
    ctimeNs: BigInt(ctime),
    dev: BigInt(dev),
    ino: BigInt(ino)
  };
  return typeof target === 'string' ? { ...entry, target } : entry;
}

/** Writes a manifest and brings it to the disk before it returns. */
export function writeManifest(path: string, manifest: Manifest): void {
  const fd = fs.openSync(path, 'w', 0o600);
  try {
    const { startedAtNs, exclude, omitted } = manifest;
    const header = { datamark: 'manifest', version: VERSION, startedAtNs: `${startedAtNs}`, exclude };
    let pending = `${JSON.stringify(header)}\n`;
    for (const entry of manifest.entries.values()) {
      pending += line(entry);
      if (pending.length > CHUNK) {
        fs.writeFileSync(fd, pending);
        pending = '';
      }
    }
    for (const { path: omittedPath, reason } of omitted) {
      pending += `${JSON.stringify({ omitted: omittedPath, reason })}\n`;
    }
    const trailer = { end: true, entries: manifest.entries.size, omitted: omitted.length };
    fs.writeFileSync(fd, `${pending}${JSON.stringify(trailer)}\n`);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function* lines(path: string): Generator<string> {
  const fd = fs.openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    // A line may cross chunks, and so may a character: bytes are kept until their line is whole.
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const read = fs.readSync(fd, buffer, 0, CHUNK, null);
      if (read === 0) {
        break;
      }
      const chunk = Buffer.concat([rest, buffer.subarray(0, read)]);
      const end = chunk.lastIndexOf(0x0a) + 1;
      rest = Buffer.from(chunk.subarray(end));
      if (end > 0) {
        yield* chunk.toString('utf8', 0, end - 1).split('\n');
      }
    }
    if (rest.length > 0) {
      throw new ManifestError('The manifest is cut off.');
    }
  } finally {
    fs.closeSync(fd);
  }
}

const END = /\n\{"end":true,"entries":\d+,"omitted":\d+\}\n$/;

/** Whether a manifest has its end: one look at its last bytes, for when there are thousands. Throws system errors. */
export function hasEnd(path: string): boolean {
  const fd = fs.openSync(path, 'r');
  try {
    const { size } = fs.fstatSync(fd);
    const tail = Buffer.alloc(Math.min(size, 128));
    const read = fs.readSync(fd, tail, 0, tail.length, size - tail.length);
    return END.test(tail.toString('latin1', 0, read));
  } finally {
    fs.closeSync(fd);
  }
}

/** Reads a whole manifest. Throws `ManifestError` where it is cut off or altered, and system errors as they come. */
export function readManifest(path: string): Manifest {
  const entries = new Map<BytePath, ManifestEntry>();
  const omitted: Omitted[] = [];
  let header: z.infer<typeof Header> | null = null;
  let trailer: z.infer<typeof Trailer> | null = null;
  try {
    for (const text of lines(path)) {
      if (header === null) {
        header = Header.parse(JSON.parse(text));
      } else if (trailer !== null) {
        throw new ManifestError('The manifest goes on after its end.');
      } else if (text.startsWith('{"omitted"')) {
        const { omitted: omittedPath, reason } = OmittedLine.parse(JSON.parse(text));
        omitted.push({ path: omittedPath, reason });
      } else if (text.startsWith('{')) {
        trailer = Trailer.parse(JSON.parse(text));
      } else {
        const entry = parseEntry(text);
        entries.set(entry.path, entry);
      }
    }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      throw new ManifestError('The manifest can’t be read.', { cause: error });
    }
    throw error;
  }
  if (header === null || trailer === null || trailer.entries !== entries.size || trailer.omitted !== omitted.length) {
    throw new ManifestError('The manifest is cut off.');
  }
  return { startedAtNs: BigInt(header.startedAtNs), exclude: header.exclude, entries, omitted };
}

/** Whether a file is as it was: everything that a change of content, mode or owner would alter is equal. */
export const sameEntry = (before: ManifestEntry, now: ManifestEntry): boolean =>
  before.type === now.type &&
  before.ctimeNs === now.ctimeNs &&
  before.mtimeNs === now.mtimeNs &&
  before.size === now.size &&
  before.ino === now.ino &&
  before.dev === now.dev &&
  before.mode === now.mode &&
  before.uid === now.uid &&
  before.gid === now.gid;

/**
 * Whether the copy that an earlier snapshot took of a file still is the file's content. A ctime at or after the
 * start of that snapshot is not trusted: the file may have changed once more within the same tick of the clock.
 */
export const unchangedSince = (before: Manifest, entry: ManifestEntry): boolean => {
  const old = before.entries.get(entry.path);
  return old !== undefined && sameEntry(old, entry) && entry.ctimeNs < before.startedAtNs;
};
