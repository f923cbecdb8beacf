/** A server's stream of events, read as it comes, by no browser: a page of JupyterLab asks its server other things too. */
import { askServer } from './userFiles';

export interface EventStream {
  /** All that has come so far. */
  heard(): string;
  /** Leaves, and waits until the reading has ended. */
  leave(): Promise<void>;
}

/** Opens the stream of a user's server. */
export async function follow(user: string, headers: Record<string, string> = {}): Promise<EventStream> {
  const leaving = new AbortController();
  // Also of a stream that never begins.
  const deadline = setTimeout(() => leaving.abort(new Error('The stream did not begin within 30 s.')), 30_000);
  const stream = await askServer(user, 'datamark/api/v1/events', { signal: leaving.signal, headers });
  clearTimeout(deadline);
  if (stream.body === null || stream.headers.get('content-type')?.includes('text/event-stream') !== true) {
    throw new Error(`No stream of events: ${stream.status}`);
  }
  let heard = '';
  let ended: Error | null = null;
  const reading = (async () => {
    for await (const part of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      heard += part;
    }
    ended = new Error(`The stream has ended, after ${heard}`);
  })().catch((error: unknown) => {
    ended = error as Error;
  });
  return {
    heard: () => {
      if (ended !== null) {
        throw ended;
      }
      return heard;
    },
    leave: async () => {
      leaving.abort();
      await reading;
    }
  };
}
