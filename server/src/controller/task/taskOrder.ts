/**
 * What a pod of the controller is told to do with the volumes that it mounts, and what it answers: the order is in its
 * arguments, the answer in its termination message. Read by both sides.
 */
import { z } from 'zod';

/** Where the volumes are mounted. */
export const SOURCE = '/source';
export const TARGET = '/target';

/** Where the kubelet takes the answer from. */
export const ANSWER_FILE = '/dev/termination-log';
/** The kubelet cuts what is longer. */
const ANSWER_MAX = 4096;

export const TaskOrder = z.discriminatedUnion('task', [
  /** Makes the target equal to the source. */
  z.object({ task: z.literal('copy') }),
  /** Copies chosen paths into a new folder at the root of the target. */
  z.object({ task: z.literal('files'), paths: z.array(z.string()).min(1), folder: z.string(), unfinished: z.string() }),
  /** Lists the root of the source once: it can be mounted and read. */
  z.object({ task: z.literal('look') }),
  /** Has all that was written to the source's file system brought to the storage. */
  z.object({ task: z.literal('flush') }),
  /** Compares sizes and times, for so many seconds at most. */
  z.object({ task: z.literal('count'), seconds: z.number().positive() })
]);
export type TaskOrder = z.infer<typeof TaskOrder>;

const Change = z.object({ files: z.int(), bytes: z.number() });

export const TaskAnswer = z.discriminatedUnion('result', [
  z.object({ result: z.literal('copied') }),
  z.object({ result: z.literal('looked') }),
  z.object({ result: z.literal('flushed') }),
  z.object({
    result: z.literal('files-copied'),
    /** Chosen paths that the source does not have; the first ones. */
    missing: z.array(z.string()),
    missingCount: z.int()
  }),
  z.object({ result: z.literal('counted'), reverted: Change, returned: Change, removed: Change }),
  z.object({
    result: z.literal('refused'),
    /** Slug of the contract's catalogue. */
    problem: z.string(),
    detail: z.string(),
    next: z.string(),
    /** Whether anything in the target may have been changed, and not been taken back. */
    written: z.boolean()
  })
]);
export type TaskAnswer = z.infer<typeof TaskAnswer>;
export type TaskRefusal = Extract<TaskAnswer, { result: 'refused' }>;

/** One argument may have 128 KiB in Linux; base64, as Kubernetes replaces `$(NAME)` in arguments. */
const PIECE = 96 * 1024;

/** The arguments of the container behind the command. */
export function orderArguments(order: TaskOrder): string[] {
  const text = Buffer.from(JSON.stringify(order)).toString('base64');
  return Array.from({ length: Math.ceil(text.length / PIECE) }, (_, i) => text.slice(i * PIECE, (i + 1) * PIECE));
}

export const readOrder = (pieces: readonly string[]): TaskOrder =>
  TaskOrder.parse(JSON.parse(Buffer.from(pieces.join(''), 'base64').toString('utf8')));

/** The text for the kubelet: whole, or with fewer names and a shorter reason. */
export function answerText(answer: TaskAnswer): string {
  const fits = (text: string): boolean => Buffer.byteLength(text) <= ANSWER_MAX;
  const whole = JSON.stringify(answer);
  if (fits(whole)) {
    return whole;
  }
  if (answer.result === 'refused') {
    return JSON.stringify({ ...answer, detail: `${answer.detail.slice(0, 500)}…` });
  }
  if (answer.result !== 'files-copied') {
    return whole;
  }
  const { missing } = answer;
  for (let count = missing.length; count > 0; count = Math.floor(count / 2)) {
    const text = JSON.stringify({ ...answer, missing: missing.slice(0, count) });
    if (fits(text)) {
      return text;
    }
  }
  return JSON.stringify({ ...answer, missing: [] });
}

/** What a pod has said; null where it has said nothing that can be read. */
export function readAnswer(text: string): TaskAnswer | null {
  try {
    return TaskAnswer.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
