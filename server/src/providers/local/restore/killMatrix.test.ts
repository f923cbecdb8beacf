/**
 * The promise of restores, on a real process: killed with SIGKILL at every journalled step and at random instants,
 * each file is its old or its new self at once, the next start brings all of them to one side, and Undo works.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcessRunner } from '../jobRunner';
import type { LocalProvider } from '../provider';
import { restoreTo, startProvider, undo, untilRecovered } from './testing/providerDriver';
import { buildRunner, runRunner, type RunnerEnd } from './testing/runnerProcess';
import { quietContext, TestVolume, type TreeText } from './testing/testVolume';

/** Every step, with how often it is killed there: at the first, second, … time. `back`: on the way back. */
const STEPS: readonly { step: string; nth: readonly number[]; back?: true }[] = [
  { step: 'restore:plan', nth: [1] },
  { step: 'restore:secure', nth: [1] },
  { step: 'restore:intended', nth: [1] },
  { step: 'snapshot:copied', nth: [1] },
  { step: 'restore:secured', nth: [1] },
  { step: 'restore:prepare', nth: [1] },
  { step: 'restore:stage', nth: [1, 3] },
  { step: 'restore:staged', nth: [1] },
  { step: 'restore:journal', nth: [1] },
  { step: 'restore:begin', nth: [1] },
  { step: 'restore:aside', nth: [1, 2, 3] },
  { step: 'restore:swap', nth: [1, 2, 3] },
  { step: 'restore:place', nth: [1, 2] },
  { step: 'restore:remove', nth: [1, 2] },
  { step: 'restore:mkdir', nth: [1, 2] },
  { step: 'restore:rmdir', nth: [1, 2] },
  { step: 'restore:metadata', nth: [1] },
  { step: 'restore:settle', nth: [1, 3] },
  { step: 'restore:verify', nth: [1] },
  { step: 'restore:decided', nth: [1] },
  { step: 'restore:drop', nth: [1, 3] },
  { step: 'restore:done', nth: [1] },
  { step: 'restore:back', nth: [1, 5, 12], back: true },
  { step: 'restore:taken-back', nth: [1], back: true }
];
const RANDOM_KILLS = 12;
/** Stretches the part in which files change, so that random instants hit it. */
const SLOW = { slowMs: 10 };
const FINISHED = 'finished';
const ROLLED_BACK = 'as before';

/** A volume with every kind of change between the snapshot and now. */
function plantThen(volume: TestVolume): void {
  volume.write('replaced.txt', 'old content');
  volume.write('data/large.bin', 'a'.repeat(200_000));
  volume.write('data/deleted.csv', '1,2,3');
  volume.write('data/deep/er/deleted.csv', '4,5,6');
  volume.write('mode-only.sh', '#!/bin/sh', 0o755);
  volume.write('unchanged.txt', 'same');
  volume.write('was-file', 'a file then');
  volume.write('was-directory/inside.txt', 'in a directory then');
  volume.write('odd\nname é', 'odd');
  fs.symlinkSync('replaced.txt', volume.path('link'));
  fs.mkdirSync(volume.path('empty'));
}

function plantNow(volume: TestVolume): void {
  volume.write('replaced.txt', 'new content');
  volume.write('data/large.bin', 'b'.repeat(200_000));
  fs.rmSync(volume.path('data/deleted.csv'));
  fs.rmSync(volume.path('data/deep'), { recursive: true });
  fs.chmodSync(volume.path('mode-only.sh'), 0o600);
  fs.rmSync(volume.path('was-file'));
  volume.write('was-file/now/a-directory.txt', 'in a directory now');
  fs.rmSync(volume.path('was-directory'), { recursive: true });
  volume.write('was-directory', 'a file now');
  volume.write('odd\nname é', 'odd, and changed');
  fs.rmSync(volume.path('link'));
  fs.symlinkSync('unchanged.txt', volume.path('link'));
  fs.rmdirSync(volume.path('empty'));
  volume.write('new/made-since.txt', 'made since');
  volume.write('new-file.txt', 'made since, too');
}

const contentOnly = (text: string | undefined): string | undefined =>
  text?.startsWith('file ') === true
    ? text.split(' ').slice(3).join(' ')
    : text?.startsWith('directory')
      ? 'directory'
      : text;

/** Paths whose content is neither the old nor the new one. A type change may be caught between the two. */
function strangers(now: TreeText, before: TreeText, after: TreeText): string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths].filter(path => {
    const [old, wanted, found] = [before[path], after[path], now[path]].map(contentOnly);
    const changesType = old !== undefined && wanted !== undefined && (old === 'directory') !== (wanted === 'directory');
    return found !== old && found !== wanted && !(changesType && found === undefined);
  });
}

let programs: string;
let program: string;
let volume: TestVolume;
let snapshot: string;
let before: TreeText;
let after: TreeText;

beforeAll(async () => {
  programs = fs.mkdtempSync(join(tmpdir(), 'datamark-runner-'));
  program = await buildRunner(programs);
}, 60_000);
afterAll(() => {
  fs.rmSync(programs, { recursive: true, force: true });
});
beforeEach(plant);
afterEach(() => {
  volume.dispose();
});

/** Checks the promise after a kill; answers which side the next start came to, and how many files were lost. */
async function checkAfterKill(killed: RunnerEnd): Promise<{ outcome: string; lost: number }> {
  expect(killed).toMatchObject({ signal: 'SIGKILL' });
  const lost = strangers(volume.text(), before, after);
  expect(lost).toEqual([]);

  const provider = await startProvider({ root: volume.root, runner: inProcessRunner });
  try {
    const [restore] = await untilRecovered(provider);
    expect(provider.notices()).toEqual([]);
    if (restore?.phase === 'succeeded') {
      expect(volume.text()).toEqual(after);
      await goBack(provider, restore.id);
      return { outcome: FINISHED, lost: lost.length };
    }
    expect(volume.text()).toEqual(before);
    expect(restore?.phase ?? 'failed').toMatch(/^(failed|rolled-back|planned)$/);
    const again = await restoreTo(provider, snapshot);
    expect(again).toMatchObject({ phase: 'succeeded', kept: null });
    expect(volume.text()).toEqual(after);
    await goBack(provider, again.id);
    return { outcome: ROLLED_BACK, lost: lost.length };
  } finally {
    await provider.stop();
  }
}

async function goBack(provider: LocalProvider, restore: string): Promise<void> {
  expect(await undo(provider, restore)).toMatchObject({ phase: 'succeeded', kept: null });
  expect(volume.text()).toEqual(before);
}

const row = (step: string, killed: string, end: { outcome: string; lost: number }): string =>
  `${step.padEnd(24)} ${killed.padEnd(16)} ${end.outcome.padEnd(10)} lost: ${end.lost}`;

it('keeps every file whatever step it is killed at', async () => {
  const table: string[] = [];
  let mutates = false;
  for (const { step, nth, back = false } of STEPS) {
    for (const time of nth) {
      volume.dispose();
      await plant();
      const killed = await runRunner(program, {
        root: volume.root,
        verb: 'restore',
        snapshot,
        faults: {
          slowMs: 0,
          kill: { step, nth: time },
          ...(back ? { fail: { step: 'restore:settle', code: 'EIO', times: 1 } } : {})
        }
      });
      const { outcome, lost } = await checkAfterKill(killed);
      mutates ||= step === 'restore:begin';
      expect({ step, time, outcome }).toEqual({ step, time, outcome: mutates && !back ? FINISHED : ROLLED_BACK });
      table.push(row(step, `at its time ${time}`, { outcome, lost }));
    }
  }
  process.stdout.write(`\nKilled at every journalled step of a restore\n${table.join('\n')}\n`);
}, 600_000);

it('keeps every file whenever it is killed', async () => {
  const seed = Number(process.env['DATAMARK_SEED'] ?? Date.now() % 1_000_000);
  process.stdout.write(`\nKilled at random instants, DATAMARK_SEED=${seed}\n`);
  const random = generator(seed);
  const started = performance.now();
  await runRunner(program, { root: volume.root, verb: 'restore', snapshot, faults: SLOW });
  const whole = performance.now() - started;
  for (let count = 0; count < RANDOM_KILLS; count += 1) {
    volume.dispose();
    await plant();
    const killAfterMs = Math.round(random() * whole);
    const killed = await runRunner(
      program,
      { root: volume.root, verb: 'restore', snapshot, faults: SLOW },
      { killAfterMs }
    );
    const end = killed.signal === null ? { outcome: 'was faster', lost: 0 } : await checkAfterKill(killed);
    process.stdout.write(`${row('any', `after ${killAfterMs} ms`, end)}\n`);
  }
}, 300_000);

it('passes no step that the matrix does not know', async () => {
  const seen = new Set<string>();
  await volume.restore(snapshot, { context: quietContext(step => void seen.add(step)) });
  const known = new Set(STEPS.map(({ step }) => step));
  expect([...seen].filter(step => step.startsWith('restore:') && !known.has(step))).toEqual([]);
});

/** A fresh volume with the same history. */
async function plant(): Promise<void> {
  volume = new TestVolume();
  plantThen(volume);
  after = volume.freeze();
  snapshot = await volume.snapshot();
  plantNow(volume);
  before = volume.freeze();
}

/** A small generator with a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
