/** @jest-environment node */
import fc from 'fast-check';
import { EventParser } from './eventParser';

const parse = (...pieces: string[]) => {
  const parser = new EventParser();
  return pieces.flatMap(piece => parser.push(piece));
};

it('reads type, id and data', () => {
  expect(parse('event: upsert\nid: e:7\ndata: {"a":1}\n\n')).toEqual([{ type: 'upsert', id: 'e:7', data: '{"a":1}' }]);
});

it('joins several data lines and keeps what stands after the first space', () => {
  expect(parse('data:  x\ndata\ndata:y\n\n')).toEqual([{ type: 'message', id: null, data: ' x\n\ny' }]);
});

it('skips comments, unknown fields and events without data', () => {
  expect(parse(': heartbeat\n\nretry: 5\nevent: ping\n\ndata: 1\n\n')).toEqual([
    { type: 'message', id: null, data: '1' }
  ]);
});

it('keeps the last id for events that have none of their own', () => {
  expect(parse('id: 1\ndata: a\n\ndata: b\n\n').map(({ id }) => id)).toEqual(['1', '1']);
});

it('does not read an unfinished event', () => {
  expect(parse('data: a\n')).toEqual([]);
});

it('reads the same events wherever the stream is cut and whatever ends its lines', () => {
  const text = '\uFEFF: hi\nevent: hello\nid: e:1\ndata: {"x":\ndata: "ü😀"}\n\nid: e:2\ndata: b\n\n';
  const whole = parse(text);
  expect(whole).toHaveLength(2);
  fc.assert(
    fc.property(
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.integer({ min: 0, max: text.length * 2 }), { maxLength: 12 }),
      (newline, cuts) => {
        // A last CR waits for what follows: one more line ends the stream for sure.
        const bytes = text.replaceAll('\n', newline) + ':end' + newline;
        const places = [0, ...cuts.sort((one, other) => one - other), bytes.length];
        const pieces = places.slice(1).map((place, at) => bytes.slice(places[at], place));
        expect(parse(...pieces)).toEqual(whole);
      }
    )
  );
});
