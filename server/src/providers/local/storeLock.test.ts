/** Who may write to a store: one process, and after its certain end the next one. */
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { thisProcess } from './processIdentity';
import { Store } from './store';
import { StoreLock } from './storeLock';
import { buildProviderProcess, runProviderProcess, startProviderProcess } from './testing/runProviderProcess';
import { TemporaryVolumes } from './testing/temporaryVolume';

const temporary = new TemporaryVolumes('memory');
afterEach(() => temporary.dispose());

function newStore(): Store {
  const store = new Store(temporary.directory());
  store.create(new Date());
  return store;
}

const plant = (store: Store, change: object): void =>
  fs.writeFileSync(
    store.lock,
    JSON.stringify({ ...thisProcess(), id: 'other', since: '2026-11-20T08:00:00.000Z', socket: null, ...change })
  );

/** A pid that certainly is of no process: above the system's limit. */
const NO_PROCESS = 2 ** 22 + 1;

describe('the lock of a store', () => {
  it('names this process and is gone after its release', () => {
    const store = newStore();
    const lock = new StoreLock(store, '/run/datamark.sock');

    lock.acquire();

    expect(JSON.parse(fs.readFileSync(store.lock, 'utf8'))).toMatchObject({
      pid: process.pid,
      bootId: thisProcess().bootId,
      startTime: thisProcess().startTime,
      socket: '/run/datamark.sock'
    });
    lock.release();
    expect(fs.existsSync(store.lock)).toBe(false);
    expect(fs.readdirSync(store.path).filter(name => name.startsWith('lock'))).toEqual([]);
  });

  it.each([
    ['a process that ended', { pid: NO_PROCESS }],
    ['an earlier process of the same number', { startTime: '1' }]
  ])('is taken over from %s', (_, change) => {
    const store = newStore();
    plant(store, change);
    const lock = new StoreLock(store, null);

    lock.acquire();

    expect(lock.isHeld()).toBe(true);
    expect(fs.readdirSync(store.path).filter(name => name.startsWith('lock'))).toEqual(['lock']);
  });

  it.each([
    ['a living process', {}, 'on this computer'],
    ['another host', { host: 'elsewhere', pid: NO_PROCESS }, 'on elsewhere'],
    ['another boot', { bootId: 'earlier', pid: NO_PROCESS }, 'before it was restarted'],
    ['another container', { pidNamespace: 'pid:[1]', pid: NO_PROCESS }, 'in another container']
  ])('is held by %s, and the refusal says how to remove it', (_, change, words) => {
    const store = newStore();
    plant(store, change);
    const lock = new StoreLock(store, null);

    const refusal = lock.refusal();

    expect(refusal?.problem).toMatchObject({ status: 423, object: store.lock });
    expect(refusal?.problem.detail).toContain(words);
    expect(refusal?.problem.detail).toContain('2026-11-20T08:00:00.000Z');
    expect(refusal?.problem.next).toContain(store.lock);
    expect(() => lock.acquire()).toThrow(refusal?.message);
    expect(JSON.parse(fs.readFileSync(store.lock, 'utf8'))).toMatchObject({ id: 'other' });
  });

  it('counts as held while it can’t be read', () => {
    const store = newStore();
    fs.writeFileSync(store.lock, '{"host"');

    expect(() => new StoreLock(store, null).acquire()).toThrow('can’t be read');
  });

  it('is lost when somebody removed it and another took it', () => {
    const store = newStore();
    const lock = new StoreLock(store, null);
    lock.acquire();

    plant(store, {});

    expect(lock.isHeld()).toBe(false);
    lock.release();
    expect(fs.existsSync(store.lock)).toBe(true);
  });
});

describe('two servers on one directory', () => {
  let program: string;
  const programs = new TemporaryVolumes();
  beforeAll(async () => {
    program = await buildProviderProcess(programs.directory());
  }, 60_000);
  afterAll(() => programs.dispose());

  it('lets one change it; the other reads, is refused with the holder’s name, and takes over after a kill', async () => {
    const root = temporary.directory();
    fs.writeFileSync(join(root, 'a'), 'x');
    const configuration = { volumes: [{ path: root, name: 'home' }] };
    const holder = startProviderProcess(program, { verb: 'hold', configuration });
    await once(holder.stdout ?? holder, 'data');

    const second = await runProviderProcess(program, { verb: 'snapshot', configuration });

    expect(second).toMatchObject({ killed: false, answer: { refused: { status: 423 }, clones: [] } });
    const answer = second.killed ? null : second.answer;
    expect(answer?.snapshots.map(one => one.state.phase)).toEqual(['ready']);
    expect(JSON.stringify(answer?.refused)).toContain(`Process ${holder.pid}`);
    const ended = once(holder, 'close');
    holder.kill('SIGKILL');
    await ended;
    const third = await runProviderProcess(program, { verb: 'snapshot', configuration });
    expect(third.killed ? [] : third.answer.snapshots.map(one => one.state.phase)).toEqual(['ready', 'ready']);
  }, 60_000);

  it('lets exactly one of many take over a stale lock', async () => {
    const root = temporary.directory();
    const store = new Store(root);
    store.create(new Date());
    plant(store, { pid: NO_PROCESS });
    const configuration = { volumes: [{ path: root, name: 'home' }], faults: { slowMs: 300 } };

    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () => runProviderProcess(program, { verb: 'snapshot', configuration }))
    );

    const made = outcomes.filter(one => !one.killed && one.answer.refused === null).length;
    // One after the other is fine too; what counts is that no two wrote at once, so all that were made are whole.
    const snapshots = fs.readdirSync(store.snapshots);
    expect(made).toBeGreaterThanOrEqual(1);
    expect(snapshots).toHaveLength(made);
    expect(fs.readdirSync(store.pending)).toEqual([]);
  }, 60_000);
});
