/** What permissions and a full disk do, in processes of an ordinary user: root would not notice them. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildProviderProcess, runProviderProcess, type Outcome, type Task } from './testing/runProviderProcess';
import { TemporaryVolumes } from './testing/temporaryVolume';
import { treeDigest } from './testing/treeDigest';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const programs = new TemporaryVolumes();
const temporary = new TemporaryVolumes('memory');
let program: string;

beforeAll(async () => {
  const directory = programs.directory();
  fs.chmodSync(directory, 0o755);
  program = await buildProviderProcess(directory);
}, 60_000);
afterEach(() => temporary.dispose());
afterAll(() => programs.dispose());

const run = (root: string, verb: Task['verb']): Promise<Outcome> =>
  runProviderProcess(
    program,
    { verb, configuration: { volumes: [{ path: root, name: 'home' }] } },
    isRoot ? NOBODY : undefined
  );

const giveAway = (path: string): void => {
  if (isRoot) {
    fs.lchownSync(path, NOBODY, NOBODY);
  }
};

/** A volume with files and directories of all permissions, owned by the ordinary user. */
function volume(): string {
  const root = temporary.directory();
  for (const [directory, mode] of [
    ['open', 0o755],
    ['readonly', 0o555],
    ['closed', 0o000]
  ] as const) {
    const path = join(root, directory);
    fs.mkdirSync(path);
    fs.writeFileSync(join(path, 'file'), directory);
    giveAway(join(path, 'file'));
    giveAway(path);
    fs.chmodSync(path, mode);
  }
  for (const [file, mode] of [
    ['secret', 0o000],
    ['fixed', 0o444]
  ] as const) {
    fs.writeFileSync(join(root, file), file);
    giveAway(join(root, file));
    fs.chmodSync(join(root, file), mode);
  }
  giveAway(root);
  return root;
}

describe('as an ordinary user', () => {
  it('a snapshot takes what can be read, lists the rest, and can be cloned and deleted', async () => {
    const root = volume();

    const taken = await run(root, 'snapshot');
    const cloned = await run(root, 'clone');
    const deleted = await run(root, 'delete');

    const snapshots = taken.killed ? [] : taken.answer.snapshots;
    expect(snapshots.map(one => one.omissions)).toEqual([
      [{ reason: 'unreadable', count: 2, examples: ['closed', 'secret'] }]
    ]);
    expect(snapshots.map(one => one.files)).toEqual([3]);
    expect(cloned.killed ? [] : cloned.answer.clones.map(one => one.state.phase)).toEqual(['ready']);
    expect(Object.keys(treeDigest(join(root, 'datamark-clones', 'made')))).toEqual(
      ['fixed', 'open', 'open/file', 'readonly', 'readonly/file'].sort()
    );
    expect(fs.lstatSync(join(root, 'datamark-clones/made/readonly')).mode & 0o777).toBe(0o555);
    expect(deleted.killed ? null : deleted.answer.snapshots).toEqual([]);
    expect(fs.readdirSync(join(root, '.datamark/trash'))).toEqual([]);
    expect(fs.lstatSync(join(root, 'secret')).mode & 0o777).toBe(0);
  }, 60_000);

  it('a directory that may not be written to is shown, and refuses with the reason', async () => {
    const root = volume();
    fs.chmodSync(root, 0o555);

    const refused = await run(root, 'snapshot');

    expect(refused).toMatchObject({ killed: false, answer: { refused: { status: 409 }, snapshots: [] } });
    expect(JSON.stringify(refused)).toContain(`You may not write to ${root}`);
    expect(fs.readdirSync(root)).not.toContain('.datamark');
  }, 60_000);
});

describe('on a full disk', () => {
  it('a snapshot fails with a clear problem, leaves no half of itself and touches nothing else', async () => {
    const mount = temporary.directory();
    const configuration = { volumes: [{ path: mount, name: 'home' }], faults: { method: 'copy' } };
    const task = JSON.stringify({ verb: 'snapshot', configuration });
    // A mount namespace of its own: the file system is gone with the process, whatever happens.
    const script = `
      mount -t tmpfs -o size=3m tmpfs "$1" && cd "$1" && head -c 1000000 /dev/urandom > a && sha256sum a
      "$2" "$3" "$4"
      head -c 1000000 /dev/urandom > b
      "$2" "$3" "$4"
      sha256sum a; find .datamark/pending -mindepth 2; find .datamark/snapshots -name a | wc -l; find . -size +1100k`;
    const args = [...(isRoot ? [] : ['--map-root-user']), '--mount', 'sh', '-c', script, 'sh'];

    const { stdout } = await promisify(execFile)('unshare', [...args, mount, process.execPath, program, task]);

    const [before, first, second, after, ...rest] = stdout.trim().split('\n');
    const phases = (line = ''): unknown =>
      (JSON.parse(line) as { snapshots: { state: { phase: string; problem?: { title: string } } }[] }).snapshots.map(
        one => one.state.problem?.title ?? one.state.phase
      );
    expect(phases(first)).toEqual(['ready']);
    expect((phases(second) as string[]).sort()).toEqual(['The disk is full', 'ready']);
    expect(after).toBe(before);
    expect(rest).toEqual([expect.stringMatching(/^\.datamark\/pending\/[^/]+\/record\.json$/), '1']);
  }, 60_000);
});
