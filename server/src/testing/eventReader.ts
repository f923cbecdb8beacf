/** Reads an event stream as a client does (WHATWG HTML, section 9.2.6, as far as the sidecar uses it). */
import type { IncomingMessage } from 'node:http';
import { ServerEvent, type RunningStatus } from '../../../contract';
import { until } from './until';

type Told = Exclude<ServerEvent, { type: 'status' }>;

/** The events and comments that came so far. */
export class EventReader {
  readonly events: { readonly type: string; readonly id: string; readonly data: Told }[] = [];
  /** The status whenever it was sent; it has no place among the numbered events. */
  readonly statuses: RunningStatus[] = [];
  readonly comments: string[] = [];
  ended = false;
  private unread = '';

  constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.read(text));
    response.on('error', () => undefined);
    response.on('close', () => (this.ended = true));
  }

  /** Waits until so many events have come and gives them, as type and revision. */
  async first(count: number): Promise<[string, number][]> {
    await until(() => this.events.length >= count);
    return this.events.slice(0, count).map(({ data }) => [data.type, data.revision]);
  }

  close(): void {
    this.response.destroy();
  }

  private read(text: string): void {
    const blocks = (this.unread + text).split('\n\n');
    this.unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n').map(line => /^(\w*): (.*)$/.exec(line) ?? []);
      const field = (name: string): string => lines.find(([, key]) => key === name)?.[2] ?? '';
      const comment = lines.find(([, key]) => key === '');
      if (comment === undefined) {
        const data = ServerEvent.parse(JSON.parse(field('data')));
        if (data.type === 'status') {
          this.statuses.push(data.status);
        } else {
          this.events.push({ type: field('event'), id: field('id'), data });
        }
      } else {
        this.comments.push(comment[2] ?? '');
      }
    }
  }
}
