/** Directories that are configured in odd ways: each is one true directory, or is refused with the reason. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { refusal } from '../contractSuite';
import { untilOver, untilPhase } from '../../testing/untilIndexed';
import { LocalConfiguration } from '../../configuration';
import { localVolumes } from './localVolume';
import { onlyVolume, TemporaryVolumes } from './testing/temporaryVolume';
import { treeDigest } from './testing/treeDigest';

const temporary = new TemporaryVolumes('memory');
afterEach(() => temporary.dispose());

const NO_KEY = { operationKey: null };
const WANTED = { note: '', heldUntil: null, notebook: null };

const rootsOf = (...paths: string[]): string[] =>
  localVolumes(LocalConfiguration.parse({ volumes: paths.map(path => ({ path })) }), null).map(({ root }) => root);

describe('a configured directory', () => {
  it('is its real path, whatever way leads there, and one volume however often it is named', () => {
    const root = fs.realpathSync(temporary.directory());
    const elsewhere = temporary.directory();
    fs.mkdirSync(join(root, 'sub'));
    fs.symlinkSync(root, join(elsewhere, 'link'));

    const roots = rootsOf(join(elsewhere, 'link'), `${root}/sub/..`, `${root}/`, root);

    expect(roots).toEqual([root]);
  });

  it('that is a link keeps its snapshots in the directory it leads to', async () => {
    const root = temporary.directory();
    fs.writeFileSync(join(root, 'a'), 'one');
    const link = join(temporary.directory(), 'link');
    fs.symlinkSync(root, link);
    const provider = await temporary.provider(link);

    const { name } = await provider.createSnapshot(onlyVolume(provider), WANTED, NO_KEY);

    const { path } = await untilPhase(provider.index, 'snapshot', name, 'ready');
    expect(path).toBe(join(fs.realpathSync(root), '.datamark/snapshots', name, 'tree'));
    expect(treeDigest(path ?? '')).toEqual(treeDigest(root));
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('in a clone of another one is a volume of its own, and never part of the other’s snapshots', async () => {
    const outer = temporary.directory();
    fs.writeFileSync(join(outer, 'a'), 'one');
    const first = await temporary.provider(outer);
    const made = await first.createClone({ volume: onlyVolume(first) }, { name: 'copy' }, NO_KEY);
    const clone = await untilPhase(first.index, 'clone', made.id, 'ready');
    await untilOver(first.index, made.id);
    const second = await temporary.provider(clone.path ?? '');

    const inner = await second.createSnapshot(onlyVolume(second), WANTED, NO_KEY);
    const innerTree = (await untilPhase(second.index, 'snapshot', inner.name, 'ready')).path ?? '';
    const outerName = (await first.createSnapshot(onlyVolume(first), WANTED, NO_KEY)).name;
    const outerTree = (await untilPhase(first.index, 'snapshot', outerName, 'ready')).path ?? '';

    expect(Object.keys(treeDigest(innerTree))).toEqual(['a']);
    expect(Object.keys(treeDigest(outerTree))).toEqual(['a']);
  });

  it.each([
    ['the store itself', '.datamark'],
    ['a snapshot', '.datamark/snapshots'],
    ['the store by way of `..`', 'sub/../.datamark']
  ])('in %s is refused, and nothing is written there', async (_, path) => {
    const root = temporary.directory();
    fs.mkdirSync(join(root, 'sub'));
    const outer = await temporary.provider(root);
    const { name } = await outer.createSnapshot(onlyVolume(outer), WANTED, NO_KEY);
    await untilPhase(outer.index, 'snapshot', name, 'ready');
    await untilOver(outer.index, name);
    await outer.stop();
    const before = treeDigest(join(root, '.datamark/snapshots'), { mode: true });

    const provider = await temporary.provider(`${root}/${path}`);

    expect(provider.index.all('volume')[0]).toMatchObject({ readOnly: true });
    expect(await refusal(provider.createSnapshot(onlyVolume(provider), WANTED, NO_KEY))).toBe('not-supported');
    expect(treeDigest(join(root, '.datamark/snapshots'), { mode: true })).toEqual(before);
    expect(fs.existsSync(join(root, path, '.datamark'))).toBe(false);
  });

  it.each([
    ['is not there', (path: string) => void path],
    ['is a file', (path: string) => fs.writeFileSync(path, 'x')]
  ])('that %s is shown with the reason, and refused', async (_, make) => {
    const path = join(temporary.directory(), 'missing');
    make(path);
    const provider = await temporary.provider(path);

    expect(provider.index.all('volume')[0]?.can.snapshot).toMatchObject({
      available: false,
      reason: expect.stringContaining('is not a directory') as string
    });
    expect(await refusal(provider.createSnapshot(onlyVolume(provider), WANTED, NO_KEY))).toBe('not-supported');
  });
});
