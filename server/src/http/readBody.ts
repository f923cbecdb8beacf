/** Reads a JSON body: bounded, UTF-8 only, never compressed. */
import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../problemError';

/** Largest request body, in bytes. */
export const BODY_MAX_BYTES = 64 * 1024;

/**
 * The body's value. No body at all stands for an empty object, so that a request with nothing to say needs none.
 * Throws `request-too-large` and `invalid-request`.
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const { headers } = request;
  if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) {
    return {};
  }
  if (headers['content-encoding'] !== undefined || !isJson(headers['content-type'])) {
    throw invalid('The request’s body is not marked as plain JSON.');
  }
  const bytes = await readBytes(request);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid('The request’s body is not JSON in UTF-8.');
  }
}

const isJson = (type: string | undefined): boolean =>
  /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type ?? '');

const invalid = (detail: string): ProblemError =>
  new ProblemError('invalid-request', {
    detail,
    next: 'Send a JSON object with Content-Type: application/json.'
  });

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = (): ProblemError =>
    new ProblemError('request-too-large', {
      detail: `A request has at most ${BODY_MAX_BYTES} bytes.`,
      next: 'Shorten the title or the note and send it again.'
    });
  if (Number(request.headers['content-length'] ?? 0) > BODY_MAX_BYTES) {
    throw tooLarge();
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Without destroyOnReturn the answer can still be sent when the loop is left early.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > BODY_MAX_BYTES) {
        break;
      }
      chunks.push(chunk);
    }
  } catch {
    throw invalid('The request’s body ended too early.');
  }
  if (bytes > BODY_MAX_BYTES) {
    throw tooLarge();
  }
  return Buffer.concat(chunks);
}
