/** Manifests keep every entry exactly, and say when they are not whole. */
import * as fc from 'fast-check';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { ManifestError, readManifest, writeManifest, type Manifest, type ManifestEntry } from './manifest';
import { OmissionReason } from './omissions';
import { TemporaryVolumes } from './testing/temporaryVolume';

const temporary = new TemporaryVolumes('memory');
afterEach(() => temporary.dispose());

const bytes = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map(all => Buffer.from(all.map(one => (one === 0 || one === 0x2f || one === 0x2e ? 0x61 : one))).toString('latin1'));
const nanoseconds = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
const common = {
  path: bytes,
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.nat(),
  gid: fc.nat(),
  size: fc.maxSafeNat(),
  mtimeNs: nanoseconds,
  ctimeNs: nanoseconds,
  dev: fc.bigInt({ min: 0n, max: 2n ** 64n }),
  ino: fc.bigInt({ min: 0n, max: 2n ** 64n })
};
const entry: fc.Arbitrary<ManifestEntry> = fc.oneof(
  fc.record({ ...common, type: fc.constantFrom('file' as const, 'directory' as const) }),
  fc.record({ ...common, type: fc.constant('symlink' as const), target: bytes })
);
const manifest: fc.Arbitrary<Manifest> = fc.record({
  startedAtNs: nanoseconds,
  exclude: fc.array(fc.string()),
  entries: fc.array(entry, { maxLength: 50 }).map(all => new Map(all.map(one => [one.path, one]))),
  omitted: fc.array(fc.record({ path: bytes, reason: fc.constantFrom(...OmissionReason.options) }))
});

describe('a manifest', () => {
  it('is read as it was written', () => {
    const path = join(temporary.directory(), 'manifest');
    fc.assert(
      fc.property(manifest, written => {
        writeManifest(path, written);

        expect(readManifest(path)).toEqual(written);
      })
    );
  });

  it('is refused wherever it was cut off', () => {
    const path = join(temporary.directory(), 'manifest');
    fc.assert(
      fc.property(manifest, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (written, share) => {
        writeManifest(path, written);
        fs.truncateSync(path, Math.floor(fs.statSync(path).size * share));

        expect(() => readManifest(path)).toThrow(ManifestError);
      })
    );
  });

  it('is refused where a path leads out of its tree', () => {
    const path = join(temporary.directory(), 'manifest');
    const written = { startedAtNs: 1n, exclude: [], omitted: [] };
    const bad: ManifestEntry = {
      ...{ path: 'a/../../b', type: 'file', mode: 0, uid: 0, gid: 0, size: 0 },
      ...{ mtimeNs: 0n, ctimeNs: 0n, dev: 0n, ino: 0n }
    };
    writeManifest(path, { ...written, entries: new Map([[bad.path, bad]]) });

    expect(() => readManifest(path)).toThrow('leads out of its tree');
  });
});
