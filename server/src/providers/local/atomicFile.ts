/**
 * Small JSON files that are either the old or the new version, never half of one, also after a power cut.
 * A file that can't be read as what it should be is reported, and quarantined by whoever holds the store's lock.
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';

/** Brings a directory's entries to the disk. */
export function syncDirectory(path: string): void {
  const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    // Some network file systems refuse fsync on directories; there a rename is as durable as it gets.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EINVAL' && code !== 'ENOTSUP') {
      throw error;
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** Writes a JSON file so that a reader sees the old or the new one. Mode 0600. */
export function writeJsonFile(path: string, value: unknown): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    const fd = fs.openSync(temporary, 'wx', 0o600);
    try {
      fs.writeFileSync(fd, `${JSON.stringify(value, null, 1)}\n`);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

/** What came of reading a JSON file. */
export type JsonRead<T> =
  | { readonly state: 'read'; readonly value: T }
  | { readonly state: 'missing' }
  | { readonly state: 'corrupt'; readonly why: string };

const isMissing = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
};

/** Reads a JSON file as a schema says. Other system errors than "not there" are thrown. */
export function readJsonFile<S extends z.ZodType>(path: string, schema: S): JsonRead<z.output<S>> {
  let text: string;
  try {
    text = fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) {
      return { state: 'missing' };
    }
    throw error;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { state: 'corrupt', why: text.trim() === '' ? 'the file is empty' : 'it is not JSON' };
  }
  const result = schema.safeParse(json);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { state: 'corrupt', why: issue === undefined ? 'unexpected' : `${issue.path.join('.')}: ${issue.message}` };
  }
  return { state: 'read', value: result.data };
}

/** Moves a file or directory that can't be understood into a quarantine directory and returns where it is now. */
export function quarantine(path: string, quarantineDirectory: string): string {
  fs.mkdirSync(quarantineDirectory, { recursive: true, mode: 0o700 });
  const place = join(quarantineDirectory, `${basename(path)}.${randomBytes(4).toString('hex')}`);
  fs.renameSync(path, place);
  syncDirectory(quarantineDirectory);
  return place;
}
