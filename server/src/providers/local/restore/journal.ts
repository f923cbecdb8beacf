/**
 * A restore's journal: every action in its order, written and synced before the first one is carried out, never
 * changed after. What has been done is told by the staged and kept files themselves; see swap.ts and rollBack.ts.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { syncDirectory, writeJsonFile } from '../atomicFile';
import type { Action } from './actions';

const Nanoseconds = z.codec(z.string().regex(/^-?\d+$/), z.bigint(), {
  decode: text => BigInt(text),
  encode: value => value.toString()
});
const InsidePath = z
  .string()
  .refine(path => !path.startsWith('/') && !path.split('/').includes('..'), 'leads out of the tree');
const Entry = z.object({
  path: InsidePath,
  type: z.enum(['file', 'directory', 'symlink']),
  mode: z.int(),
  uid: z.int(),
  gid: z.int(),
  size: z.number(),
  mtimeNs: Nanoseconds,
  ctimeNs: Nanoseconds,
  dev: Nanoseconds,
  ino: Nanoseconds,
  target: z.string().optional()
});
const Line = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('write'),
    path: InsidePath,
    before: Entry.nullable(),
    after: Entry,
    /** Inode of the staged file, by which it is known in the live tree. */
    staged: z.object({ dev: Nanoseconds, ino: Nanoseconds })
  }),
  z.object({ kind: z.literal('remove'), path: InsidePath, before: Entry }),
  z.object({ kind: z.literal('metadata'), path: InsidePath, before: Entry, after: Entry }),
  z.object({ kind: z.literal('mkdir'), path: InsidePath, after: Entry }),
  z.object({ kind: z.literal('rmdir'), path: InsidePath, before: Entry }),
  z.object({ kind: z.literal('settle'), path: InsidePath, before: Entry.nullable(), after: Entry })
]);
const Header = z.object({
  datamark: z.literal('restore-journal'),
  format: z.literal(1),
  id: z.string(),
  snapshot: z.string(),
  safetySnapshot: z.string(),
  /** Name in the root of the folder for files that change during the restore. */
  keptFolder: z.string().regex(/^kept-by-restore-[-0-9a-z]+$/)
});
const Trailer = z.object({ end: z.literal(true), count: z.int() });

/** An action as the journal holds it; its number names its staged and kept file. */
export type JournalAction = z.output<typeof Line> & { readonly number: number };
export type JournalWrite = Extract<JournalAction, { kind: 'write' }>;
export type JournalHeader = z.output<typeof Header>;

/** The whole journal. */
export interface Journal {
  readonly header: JournalHeader;
  readonly actions: readonly JournalAction[];
}

/** The journal is cut off or altered. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/** Identity of a staged file. */
export interface Staged {
  readonly dev: bigint;
  readonly ino: bigint;
}

const fileName = 'journal.jsonl';

/** Writes the journal so that it is there whole or not at all. */
export function writeJournal(
  directory: string,
  header: Omit<JournalHeader, 'datamark' | 'format'>,
  actions: readonly Action[],
  staged: ReadonlyMap<number, Staged>
): void {
  const temporary = join(directory, `.${fileName}`);
  const fd = fs.openSync(temporary, 'w', 0o600);
  try {
    const text = (value: unknown): string =>
      `${JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one))}\n`;
    fs.writeFileSync(fd, text({ datamark: 'restore-journal', format: 1, ...header }));
    actions.forEach((action, number) => {
      fs.writeFileSync(fd, text(action.kind === 'write' ? { ...action, staged: staged.get(number) } : action));
    });
    fs.writeFileSync(fd, text({ end: true, count: actions.length }));
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(temporary, join(directory, fileName));
  syncDirectory(directory);
}

/** Reads the journal, or null where none was completed. Throws `JournalError` where it is not whole. */
export function readJournal(directory: string): Journal | null {
  let text: string;
  try {
    text = fs.readFileSync(join(directory, fileName), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return null;
    }
    throw error;
  }
  const [first = '', ...rest] = text.split('\n');
  const last = rest.at(-2) ?? '';
  try {
    const header = Header.parse(JSON.parse(first));
    const { count } = Trailer.parse(JSON.parse(last));
    const actions = rest.slice(0, -2).map((line, number) => ({ ...Line.parse(JSON.parse(line)), number }));
    if (rest.at(-1) !== '' || actions.length !== count) {
      throw new JournalError('The journal is cut off.');
    }
    return { header, actions };
  } catch (error) {
    throw error instanceof JournalError ? error : new JournalError('The journal can’t be read.', { cause: error });
  }
}

/** Removes journal and progress, once the record says how the restore ended. */
export function removeJournal(directory: string): void {
  for (const file of [join(directory, fileName), progressFile(directory)]) {
    fs.rmSync(file, { force: true });
  }
}

/**
 * Where carrying out stands. `forward` until every action is done and checked, `back` once it was decided to undo
 * them, `keeping` when either is finished and files set aside are looked through, `done` at last.
 */
export const Progress = z.object({
  stage: z.enum(['forward', 'back', 'keeping', 'done']),
  /** Why it goes or went back. */
  failure: z.object({ code: z.string().nullable(), words: z.string(), verification: z.boolean() }).nullable(),
  /** After going back: whether every file was found as before. */
  asBefore: z.boolean(),
  /** Paths, for people, that were left as they were because something newer is there. */
  left: z.array(z.string()),
  /** Paths, for people, that others changed meanwhile and that stay as they made them. */
  changedMeanwhile: z.array(z.string()),
  /** Paths, for people, whose permissions or time the system did not let us set. */
  unsettled: z.array(z.string()),
  /** Paths, for people, that are in the kept folder. */
  kept: z.array(z.string())
});
export type Progress = z.infer<typeof Progress>;

export const progressFile = (directory: string): string => join(directory, 'progress.json');

/** Writes where carrying out stands, before acting on it. */
export const writeProgress = (directory: string, progress: Progress): void => {
  writeJsonFile(progressFile(directory), progress);
};
