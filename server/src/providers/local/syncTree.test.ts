/** What is asked of the system before a tree counts as being on the disk, seen by a `sync` that writes down its calls. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { syncTree } from './syncTree';
import { TemporaryVolumes } from './testing/temporaryVolume';

const temporary = new TemporaryVolumes('memory');
afterEach(() => temporary.dispose());

jest.mock('node:fs', () => {
  const actual = jest.requireActual<typeof fs>('node:fs');
  return { ...actual, fsyncSync: jest.fn(actual.fsyncSync) };
});

/** A program in the place of `sync`, and what it was called with so far. */
function recordedSync(exitCode = 0): { program: string; calls: () => string[] } {
  const directory = temporary.directory();
  const calls = join(directory, 'calls');
  const program = join(directory, 'sync');
  fs.writeFileSync(program, `#!/bin/sh\necho "$@" >> ${calls}\nexit ${exitCode}\n`, { mode: 0o755 });
  return {
    program,
    calls: () => (fs.existsSync(calls) ? fs.readFileSync(calls, 'utf8').trim().split('\n') : [])
  };
}

const many = (file: string): string[] => Array.from({ length: 1000 }, () => file);

describe('bringing a tree to the disk', () => {
  it('asks once for many files', () => {
    const { program, calls } = recordedSync();
    const tree = temporary.directory();

    syncTree(tree, many('/nowhere'), 'ext4', program);

    expect(calls()).toEqual([`-f -- ${tree}`]);
  });

  it('brings few files there one by one where the journal keeps the order of the rest', () => {
    const { program, calls } = recordedSync();
    const tree = temporary.directory();

    expect(() => syncTree(tree, [join(tree, 'gone')], 'ext4', program)).toThrow('ENOENT');
    syncTree(tree, [], 'ext4', program);

    expect(calls()).toEqual([]);
  });

  it.each(['btrfs', null])('asks also where nothing was written, because links and names were: %s', type => {
    const { program, calls } = recordedSync();
    const tree = temporary.directory();

    syncTree(tree, [], type, program);

    expect(calls()).toEqual([`-f -- ${tree}`]);
  });

  it('goes through all of it where the system can’t do it at once', () => {
    const { program } = recordedSync(1);
    const tree = temporary.directory();
    fs.mkdirSync(join(tree, 'directory'));
    fs.writeFileSync(join(tree, 'directory/file'), 'x');
    fs.symlinkSync('nowhere', join(tree, 'link'));
    const fsync = jest.mocked(fs.fsyncSync).mockClear();

    syncTree(tree, [], 'btrfs', program);

    // The file, its directory, the tree.
    expect(fsync).toHaveBeenCalledTimes(3);
    expect(() => syncTree(tree, many(join(tree, 'gone')), 'ext4', program)).toThrow('ENOENT');
  });
});
