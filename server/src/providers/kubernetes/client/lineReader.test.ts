/** Lines of a stream that comes in pieces of any size. */
import { readLines } from './lineReader';

async function* pieces(...texts: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const text of texts) {
    yield Buffer.from(text);
  }
}

async function linesOf(...texts: (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(pieces(...texts), () => undefined)) {
    lines.push(line);
  }
  return lines;
}

it.each([1, 2, 3, 5, 7, 1000])('are the same in pieces of %i bytes', async size => {
  const whole = Buffer.from('{"a":"é"}\n{"b":"日本"}\n\n{"c":1}\n');
  const parts: Buffer[] = [];
  for (let start = 0; start < whole.length; start += size) {
    parts.push(whole.subarray(start, start + size));
  }
  expect(await linesOf(...parts)).toEqual(['{"a":"é"}', '{"b":"日本"}', '{"c":1}']);
});

it('are whole: one that was cut off is none', async () => {
  expect(await linesOf('one\ntw')).toEqual(['one']);
});

it('are counted as they come, so that a silent stream is told from a slow one', async () => {
  let received = 0;
  const lines = readLines(pieces('a', 'b', '\n'), () => received++);
  expect((await lines.next()).value).toBe('ab');
  expect(received).toBe(3);
});

it('are not collected for ever', async () => {
  const endless = Array.from({ length: 17 }, () => Buffer.alloc(1024 * 1024, 'x'));
  await expect(linesOf(...endless)).rejects.toThrow('longer than');
});
