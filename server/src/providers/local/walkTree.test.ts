/** A walk stays in its tree, also where somebody replaces directories by links while it goes on. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { excludePatterns } from './excludePatterns';
import type { Omitted } from './omissions';
import { TemporaryVolumes } from './testing/temporaryVolume';
import { walkTree } from './walkTree';

const temporary = new TemporaryVolumes('memory');
const afterLooking = new Map<string, () => void>();
afterEach(() => temporary.dispose());

jest.mock('node:fs', () => {
  const actual = jest.requireActual<typeof fs>('node:fs');
  const lstatSync = (path: fs.PathLike, options?: fs.StatSyncOptions): unknown => {
    const stat = actual.lstatSync(path, options);
    const act = afterLooking.get(String(path));
    afterLooking.delete(String(path));
    act?.();
    return stat;
  };
  return { ...actual, lstatSync };
});

function walked(root: string): { paths: string[]; omitted: Omitted[] } {
  const omitted: Omitted[] = [];
  const excludes = excludePatterns([]);
  const entries = [...walkTree({ root, volume: false, excludes, onOmitted: one => void omitted.push(one) })];
  return { paths: entries.map(({ path }) => path), omitted };
}

describe('a directory that is replaced between the look at it and reading it', () => {
  it.each([
    ['a link out of the tree', (path: string, outside: string) => fs.symlinkSync(outside, path)],
    ['another directory', (path: string, outside: string) => fs.renameSync(outside, path)]
  ])('by %s is not read', (_, replace) => {
    const root = temporary.directory();
    const outside = join(temporary.directory(), 'outside');
    fs.mkdirSync(outside);
    fs.writeFileSync(join(outside, 'secret'), 'x');
    fs.mkdirSync(join(root, 'directory'));
    fs.writeFileSync(join(root, 'file'), 'x');
    const away = join(temporary.directory(), 'away');
    afterLooking.set(join(root, 'directory'), () => {
      fs.renameSync(join(root, 'directory'), away);
      replace(join(root, 'directory'), outside);
    });

    const { paths, omitted } = walked(root);

    expect(afterLooking.size).toBe(0);
    expect(paths).toEqual(['', 'file']);
    expect(omitted).toEqual([{ path: 'directory', reason: 'vanished' }]);
  });
});
