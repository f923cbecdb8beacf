/** One client of the event stream: sends what it has not seen yet, at its own pace. */
import type { ServerResponse } from 'node:http';
import type { ServerEvent } from '../../../../contract';
import type { Log } from '../../log';
import type { ObservedIndex } from '../../observed/observedIndex';
import type { StatusService } from '../status/statusService';

export interface EventStreamOptions {
  readonly index: ObservedIndex;
  readonly status: Pick<StatusService, 'now' | 'onChange'>;
  readonly response: ServerResponse;
  readonly log: Log;
  /** Id of the last event the client has seen. */
  readonly lastEventId: string | null;
  /** Resolves when the index can be told; until then only comments are sent. */
  readonly begin: Promise<void>;
  readonly heartbeatMs: number;
  readonly stalledMs: number;
}

/** Sends events until disposed. */
export class EventStream {
  /** Revision of the last event sent; null before `hello` or `reset`. */
  private sent: number | null = null;
  /** The status that was sent last, as it was written. */
  private sentStatus = '';
  private blocked = false;
  private disposed = false;
  private heartbeat: NodeJS.Timeout | undefined;
  private stalled: NodeJS.Timeout | undefined;
  private readonly unsubscribe: (() => void)[];

  constructor(private readonly options: EventStreamOptions) {
    const { index, status, response, begin } = options;
    this.unsubscribe = [index.subscribe(() => this.send()), status.onChange(() => this.send())];
    response.on('drain', () => {
      clearTimeout(this.stalled);
      this.blocked = false;
      this.send();
    });
    this.write(': open\n\n');
    void begin.then(() => this.greet());
  }

  /** Ends the stream. */
  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    this.unsubscribe.forEach(unsubscribe => unsubscribe());
    clearTimeout(this.heartbeat);
    clearTimeout(this.stalled);
    const { response } = this.options;
    // A client that does not read would keep an orderly end waiting for ever.
    if (this.blocked) {
      response.destroy();
    } else {
      response.end();
    }
  }

  private greet(): void {
    const { index, lastEventId } = this.options;
    if (this.disposed) {
      return;
    }
    const known = lastEventId === null || index.since(lastEventId) !== null;
    // A resumed stream says hello from where it goes on: a client that is cut off right behind it loses nothing.
    const revision = lastEventId !== null && known ? Number(lastEventId.split(':')[1]) : index.revision;
    this.event({ type: known ? 'hello' : 'reset', epoch: index.epoch, revision });
    this.send();
  }

  private send(): void {
    const { index } = this.options;
    if (this.sent === null || this.blocked || this.disposed) {
      return;
    }
    this.sendStatus();
    const changes = index.since(`${index.epoch}:${this.sent}`);
    if (changes === null) {
      this.event({ type: 'reset', epoch: index.epoch, revision: index.revision });
      return;
    }
    for (const change of changes) {
      if (this.blocked) {
        return;
      }
      this.event(change);
    }
  }

  /** What can be done and how fresh all is, once and then whenever that is another than was sent. */
  private sendStatus(): void {
    const event: ServerEvent = { type: 'status', status: this.options.status.now() };
    const text = JSON.stringify(event);
    if (text !== this.sentStatus) {
      this.sentStatus = text;
      this.write(`event: status\ndata: ${text}\n\n`);
    }
  }

  private event(event: Exclude<ServerEvent, { type: 'status' }>): void {
    this.sent = event.revision;
    this.write(
      `event: ${event.type}\nid: ${this.options.index.epoch}:${event.revision}\ndata: ${JSON.stringify(event)}\n\n`
    );
  }

  private write(text: string): void {
    const { response, heartbeatMs, stalledMs, log } = this.options;
    clearTimeout(this.heartbeat);
    this.heartbeat = setTimeout(() => this.beat(), heartbeatMs);
    if (!response.write(text) && !this.blocked) {
      this.blocked = true;
      this.stalled = setTimeout(() => {
        log.info({ stalledMs }, 'event stream dropped: the client does not read');
        this.dispose();
      }, stalledMs);
    }
  }

  /** Nothing is added for a client that does not read. */
  private beat(): void {
    if (!this.blocked) {
      this.write(': heartbeat\n\n');
    }
  }
}
