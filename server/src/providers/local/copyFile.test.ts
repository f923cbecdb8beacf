/** Copying one file while somebody else works on it. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { copyFile, type CopyRequest } from './copyFile';
import { makeFifo } from './testing/hardTree';
import { TemporaryVolumes } from './testing/temporaryVolume';

const temporary = new TemporaryVolumes('memory');
afterEach(() => temporary.dispose());

const LARGE = 10 << 20;

function request(change: Partial<CopyRequest> = {}): CopyRequest {
  const directory = temporary.directory();
  const source = join(directory, 'source');
  fs.writeFileSync(source, Buffer.alloc(LARGE, 1));
  return { source, target: join(directory, 'target'), method: 'copy', signal: new AbortController().signal, ...change };
}

/** Calls back in the first piece of each attempt. */
function atEachAttempt(act: (attempt: number) => void): (bytes: number) => void {
  let bytes = 0;
  let attempt = 0;
  return more => {
    if (bytes % LARGE === 0) {
      attempt += 1;
      act(attempt);
    }
    bytes += more;
  };
}

describe('copying a file', () => {
  it('that changes once copies it again, whole', () => {
    const copy = request();
    const onBytes = atEachAttempt(attempt => {
      if (attempt === 1) {
        fs.writeFileSync(copy.source, Buffer.alloc(LARGE, 2));
      }
    });

    const result = copyFile({ ...copy, onBytes });

    expect(result).toMatchObject({ state: 'copied', changed: false });
    expect(fs.readFileSync(copy.target).equals(Buffer.alloc(LARGE, 2))).toBe(true);
  });

  it('that changes every time tells so, after two attempts', () => {
    const copy = request();
    let attempts = 0;
    const onBytes = atEachAttempt(attempt => {
      attempts = attempt;
      fs.writeFileSync(copy.source, Buffer.alloc(LARGE, attempt + 1));
    });

    const result = copyFile({ ...copy, onBytes });

    expect(result).toMatchObject({ state: 'copied', changed: true });
    expect(attempts).toBe(2);
  });

  it('that is gone, a link or a FIFO by now leaves it out and says why', () => {
    const copy = request();
    const others = { gone: 'gone', link: 'link', fifo: 'fifo' };
    const paths = Object.keys(others).map(name => `${copy.source}.${name}`);
    fs.symlinkSync('/etc/passwd', `${copy.source}.link`);
    makeFifo(`${copy.source}.fifo`);

    const results = paths.map(source => copyFile({ ...copy, source }));

    expect(results).toEqual([
      { state: 'omitted', reason: 'vanished' },
      { state: 'omitted', reason: 'special-file' },
      { state: 'omitted', reason: 'special-file' }
    ]);
    expect(fs.existsSync(copy.target)).toBe(false);
  });

  it('never writes over what is there, and leaves it as it is', () => {
    const copy = request();
    fs.writeFileSync(copy.target, 'precious');

    expect(() => copyFile(copy)).toThrow('EEXIST');

    expect(fs.readFileSync(copy.target, 'utf8')).toBe('precious');
  });

  it('stops when it is cancelled, and removes its half', () => {
    const abort = new AbortController();
    const copy = request({ signal: abort.signal });

    expect(() => copyFile({ ...copy, onBytes: () => abort.abort(new Error('cancelled')) })).toThrow('cancelled');

    expect(fs.existsSync(copy.target)).toBe(false);
  });
});
