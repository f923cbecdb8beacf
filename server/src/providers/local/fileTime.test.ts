/** Setting a file's time to what was read. */
import * as fc from 'fast-check';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { sameTime, utimesSeconds } from './fileTime';
import { TemporaryVolumes } from './testing/temporaryVolume';

const temporary = new TemporaryVolumes('memory');
afterEach(() => temporary.dispose());

function setter(): (ns: bigint) => bigint {
  const path = join(temporary.directory(), 'file');
  fs.writeFileSync(path, '');
  return ns => {
    fs.utimesSync(path, utimesSeconds(ns), utimesSeconds(ns));
    return fs.lstatSync(path, { bigint: true }).mtimeNs;
  };
}

describe('the time of a file', () => {
  it('is kept, and stays the same however often it is copied', () => {
    const set = setter();
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 62n), ns => {
        const once = set(ns);
        expect(sameTime(once, ns)).toBe(true);
        expect(set(once)).toBe(once);
      }),
      { numRuns: 500 }
    );
  });

  it('is kept also before 1970', () => {
    const set = setter();
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 60n), -1n), ns => sameTime(set(ns), ns)),
      { numRuns: 200 }
    );
  });

  it.each([0n, 1_600_000_000_000_000_000n, -5_000_000_000n])('is exact in whole seconds: %s', ns => {
    expect(setter()(ns)).toBe(ns);
  });
});
