/** Cuts a stream of bytes into lines; a line may come in any number of pieces. */

/** More than any object that etcd takes (1.5 MB): a line that does not end is not from a watch. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** Complete lines only: what stands after the last line feed is a line that was cut off. `received` is called per piece. */
export async function* readLines(body: AsyncIterable<Buffer>, received: () => void): AsyncGenerator<string, void> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    received();
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      pieces.push(chunk.subarray(start, end));
      const line = Buffer.concat(pieces).toString('utf8');
      pieces = [];
      length = 0;
      start = end + 1;
      if (line.trim() !== '') {
        yield line;
      }
    }
    const rest = chunk.subarray(start);
    pieces.push(rest);
    length += rest.length;
    if (length > LONGEST_LINE) {
      throw new Error(`A line is longer than ${LONGEST_LINE} bytes.`);
    }
  }
}
