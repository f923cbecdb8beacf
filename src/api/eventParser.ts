/**
 * Parser of a server-sent event stream (HTML standard, 9.2.6), fed with text as it arrives. Pure.
 * The front end reads the stream by `fetch`: an EventSource can send neither the XSRF token nor `Last-Event-ID`.
 */

/** One dispatched event. `id` is the last one seen on the stream so far. */
export interface StreamedEvent {
  readonly type: string;
  readonly id: string | null;
  readonly data: string;
}

/** Turns pieces of a stream, cut anywhere, into events. */
export class EventParser {
  private rest = '';
  private type = '';
  private data: string[] = [];
  private id: string | null = null;
  private atStart = true;

  /** Events that this piece completes. */
  push(piece: string): StreamedEvent[] {
    if (this.atStart && piece !== '') {
      this.atStart = false;
      piece = piece.replace(/^\uFEFF/, '');
    }
    this.rest += piece;
    const events: StreamedEvent[] = [];
    for (;;) {
      const end = /\r\n|\n|\r/.exec(this.rest);
      // A lone CR at the very end may be the first half of CRLF.
      if (end === null || (end[0] === '\r' && end.index === this.rest.length - 1)) {
        return events;
      }
      const line = this.rest.slice(0, end.index);
      this.rest = this.rest.slice(end.index + end[0].length);
      const event = this.line(line);
      if (event !== null) {
        events.push(event);
      }
    }
  }

  private line(line: string): StreamedEvent | null {
    if (line === '') {
      const event = { type: this.type === '' ? 'message' : this.type, id: this.id, data: this.data.join('\n') };
      const complete = this.data.length > 0;
      this.type = '';
      this.data = [];
      return complete ? event : null;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') {
      this.type = value;
    } else if (field === 'data') {
      this.data.push(value);
    } else if (field === 'id' && !value.includes('\0')) {
      this.id = value;
    }
    return null;
  }
}
