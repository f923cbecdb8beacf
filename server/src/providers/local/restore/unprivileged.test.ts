/** Restores by a user who is not root, whom modes really stop: unreadable and read-only files and folders. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Restore } from '../../../../../contract';
import { buildRunner, runRunner } from './testing/runnerProcess';
import type { RunnerTask } from './testing/restoreRunner';
import { TestVolume } from './testing/testVolume';

/** The user `nobody`; where the tests do not run as root, whoever runs them. */
const UID = process.geteuid?.() === 0 ? 65_534 : null;

let programs: string;
let program: string;
let volume: TestVolume;

beforeAll(async () => {
  programs = fs.mkdtempSync(join(tmpdir(), 'datamark-runner-'));
  fs.chmodSync(programs, 0o755);
  program = await buildRunner(programs);
}, 60_000);
afterAll(() => {
  fs.rmSync(programs, { recursive: true, force: true });
});
beforeEach(() => {
  volume = new TestVolume();
});
afterEach(() => {
  giveAway(0);
  volume.dispose();
});

function giveAway(uid: number | null, path = volume.root): void {
  if (UID === null || uid === null) {
    return;
  }
  fs.lchownSync(path, uid, uid);
  if (fs.lstatSync(path).isDirectory()) {
    fs.readdirSync(path).forEach(name => giveAway(uid, join(path, name)));
  }
}

/** Runs the program as that user, to whom everything belongs but what is named. */
async function asUser(task: RunnerTask, foreign: readonly string[] = []): Promise<Restore> {
  giveAway(UID);
  foreign.forEach(path => giveAway(0, volume.path(path)));
  const end = await runRunner(program, task, UID === null ? {} : { uid: UID });
  expect(end).toMatchObject({ code: 0, errors: '' });
  return Restore.parse(end.result);
}

it('restores read-only files in read-only folders, with their modes', async () => {
  volume.write('locked/a.txt', 'then', 0o444);
  volume.write('locked/gone.txt', 'then', 0o400);
  fs.chmodSync(volume.path('locked'), 0o555);
  volume.write('now-locked/b.txt', 'then', 0o600);
  const after = volume.freeze();
  giveAway(UID);
  const snapshot = await volume.snapshot();
  fs.chmodSync(volume.path('locked'), 0o755);
  fs.rmSync(volume.path('locked/a.txt'));
  fs.rmSync(volume.path('locked/gone.txt'));
  volume.write('locked/a.txt', 'now', 0o444);
  volume.write('locked/new.txt', 'now', 0o444);
  fs.chmodSync(volume.path('locked'), 0o555);
  fs.writeFileSync(volume.path('now-locked/b.txt'), 'now');
  fs.chmodSync(volume.path('now-locked'), 0o500);
  const before = volume.freeze();

  const restore = await asUser({ root: volume.root, verb: 'restore', snapshot });
  expect(restore).toMatchObject({ phase: 'succeeded', problem: null });
  expect(volume.text()).toEqual(after);
  const back = await asUser({ root: volume.root, verb: 'undo', restore: restore.id });
  expect(back).toMatchObject({ phase: 'succeeded', problem: null });
  expect(volume.text()).toEqual(before);
});

it('leaves files and folders that can’t be read as they are, and says so in the plan', async () => {
  volume.write('a.txt', 'then');
  volume.write('secret.txt', 'then');
  volume.write('secrets/b.txt', 'then');
  giveAway(UID);
  const snapshot = await volume.snapshot();
  volume.write('a.txt', 'now');
  volume.write('secret.txt', 'now', 0o000);
  volume.write('secrets/b.txt', 'now');
  volume.write('secrets/new.txt', 'now');
  fs.chmodSync(volume.path('secrets'), 0o000);

  const restore = await asUser({ root: volume.root, verb: 'restore', snapshot });
  expect(restore).toMatchObject({ phase: 'succeeded', problem: null });
  expect(restore.plan?.warnings).toContain('What can’t be read or copied now stays as it is: secret.txt, secrets.');
  expect(volume.read('a.txt')).toBe('then');
  fs.chmodSync(volume.path('secrets'), 0o700);
  fs.chmodSync(volume.path('secret.txt'), 0o600);
  expect(volume.read('secret.txt')).toBe('now');
  expect(volume.read('secrets/b.txt')).toBe('now');
  expect(volume.read('secrets/new.txt')).toBe('now');
});

it('goes back and says why when a folder of somebody else does not let files be put in', async () => {
  volume.write('a.txt', 'then');
  volume.write('theirs/b.txt', 'then');
  giveAway(UID);
  const snapshot = await volume.snapshot();
  volume.write('a.txt', 'now');
  volume.write('theirs/b.txt', 'now');
  fs.chmodSync(volume.path('theirs'), 0o755);
  const before = volume.freeze();

  const restore = await asUser({ root: volume.root, verb: 'restore', snapshot }, ['theirs']);
  // Without root the tests can't make a folder of somebody else; then it is an ordinary one.
  const expected =
    UID === null
      ? { phase: 'succeeded' }
      : { phase: 'rolled-back', problem: { detail: expect.stringContaining('Your data is as before.') as unknown } };
  expect(restore).toMatchObject(expected);
  expect(volume.read('theirs/b.txt')).toBe(UID === null ? 'then' : 'now');
  expect(UID === null ? before : volume.text()).toEqual(before);
});

it('replaces and brings back a file of somebody else, which the system does not let us link', async () => {
  volume.write('report.txt', 'then');
  giveAway(UID);
  const snapshot = await volume.snapshot();
  volume.write('report.txt', 'now, by somebody else');

  const restore = await asUser({ root: volume.root, verb: 'restore', snapshot }, ['report.txt']);
  expect(restore).toMatchObject({ phase: 'succeeded', problem: null, kept: null });
  expect(volume.read('report.txt')).toBe('then');
  const back = await asUser({ root: volume.root, verb: 'undo', restore: restore.id });
  expect(back).toMatchObject({ phase: 'succeeded', problem: null });
  expect(volume.read('report.txt')).toBe('now, by somebody else');
});
