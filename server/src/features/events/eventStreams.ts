/**
 * The event stream (server-sent events). Each client has a place in the index's changes and is sent what lies behind it
 * as fast as it reads, so nothing is buffered for a slow one beyond the socket's own buffer.
 */
import type { RequestHandler } from 'express';
import type { Log } from '../../log';
import type { FirstObservation } from '../../observed/firstObservation';
import type { ObservedIndex } from '../../observed/observedIndex';
import type { StatusService } from '../status/statusService';
import { EventStream } from './eventStream';

export interface EventStreamsOptions {
  readonly index: ObservedIndex;
  readonly firstObservation: FirstObservation;
  readonly status: StatusService;
  readonly log: Log;
  /** Told how many clients listen, whenever that changes. */
  readonly counted?: (count: number) => void;
  /** Time between two comments that keep proxies from closing an idle stream, in ms. */
  readonly heartbeatMs?: number;
  /** A client that reads nothing for so long is dropped, in ms. */
  readonly stalledMs?: number;
}

const HEARTBEAT_MS = 20_000;
const STALLED_MS = 30_000;

/** All open event streams. */
export class EventStreams {
  private readonly open = new Set<EventStream>();
  private disposed = false;

  constructor(private readonly options: EventStreamsOptions) {}

  /** Number of clients that listen. */
  get size(): number {
    return this.open.size;
  }

  /** Answers `GET events` until the client goes or `dispose` is called. */
  readonly handle: RequestHandler = (request, response) => {
    const { index, firstObservation, status, log } = this.options;
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no'
    });
    response.flushHeaders();
    // express answers HEAD by the handler of GET; there is nothing to follow then.
    if (this.disposed || request.method === 'HEAD') {
      response.end();
      return;
    }
    const stream = new EventStream({
      index,
      status,
      response,
      log,
      lastEventId: request.get('Last-Event-ID') ?? null,
      begin: firstObservation.waitOver(),
      heartbeatMs: this.options.heartbeatMs ?? HEARTBEAT_MS,
      stalledMs: this.options.stalledMs ?? STALLED_MS
    });
    this.open.add(stream);
    this.options.counted?.(this.open.size);
    response.once('close', () => {
      stream.dispose();
      this.open.delete(stream);
      this.options.counted?.(this.open.size);
    });
  };

  /** Ends every stream; later requests end at once. */
  dispose(): void {
    this.disposed = true;
    for (const stream of this.open) {
      stream.dispose();
    }
    this.open.clear();
  }
}
