/** Automatic snapshots on a real provider: made for changed files, once for each state, and removed in time. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../../../../contract';
import { AutomaticSettings } from '../../automaticSettings';
import { ProblemError } from '../../problemError';
import type { Provider } from '../../providers/provider';
import type { LocalProvider } from '../../providers/local/provider';
import { onlyVolume, TemporaryVolumes, type Extra } from '../../providers/local/testing/temporaryVolume';
import { memoryLog } from '../../testing/testSidecar';
import { untilGone, untilPhase } from '../../testing/untilIndexed';
import { AutomaticSnapshots } from './automaticSnapshots';

const HOUR = 3_600_000;
const NO_KEY = { operationKey: null } as const;
const WANTED = { note: '', heldUntil: null, notebook: null } as const;

const temporary = new TemporaryVolumes();
const started: AutomaticSnapshots[] = [];
let root: string;
/** How far the clock of the automatic snapshots is ahead, ms. */
let ahead: number;

beforeEach(() => {
  root = temporary.directory();
  ahead = 0;
  fs.writeFileSync(join(root, 'a.txt'), 'one');
});

afterEach(async () => {
  await Promise.all(started.splice(0).map(automatic => automatic.stop()));
  await temporary.dispose();
});

const open = (provider: Provider, settings: Partial<AutomaticSettings> = {}): AutomaticSnapshots => {
  const automatic = new AutomaticSnapshots({
    provider,
    settings: AutomaticSettings.parse({ mode: 'every', ...settings }),
    log: memoryLog(),
    startedAt: new Date(Date.now() - HOUR),
    oneFileSystem: false,
    clockSkewMs: null,
    now: () => Date.now() + ahead
  });
  started.push(automatic);
  return automatic;
};
const provided = (extra: Extra = {}): Promise<LocalProvider> => temporary.provider(root, extra);
const all = (provider: Provider): Snapshot[] =>
  provider.index.all('snapshot').sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1));
const allReady = async (provider: Provider): Promise<Snapshot[]> => {
  await Promise.all(all(provider).map(({ name }) => untilPhase(provider.index, 'snapshot', name, 'ready')));
  return all(provider);
};
/** The next round that is due, and what there is when all of it is made. */
const nextRound = async (automatic: AutomaticSnapshots, provider: Provider): Promise<Snapshot[]> => {
  ahead += 7 * HOUR;
  await automatic.round();
  return allReady(provider);
};
const change = (content: string): void => fs.writeFileSync(join(root, 'a.txt'), content);

it('makes one with its origin, and another one only when files changed', async () => {
  const provider = await provided();
  const automatic = open(provider);

  await automatic.round();
  const [first] = await allReady(provider);
  expect(first).toMatchObject({ origin: 'auto', title: null, createdBy: 'ada', heldUntil: null });
  expect(fs.readFileSync(join(first?.path ?? '', 'a.txt'), 'utf8')).toBe('one');
  expect(await nextRound(automatic, provider)).toHaveLength(1);
  change('two');
  expect(await nextRound(automatic, provider)).toHaveLength(2);
  expect(await nextRound(automatic, provider)).toHaveLength(2);
});

it('makes none before it is due', async () => {
  const provider = await provided();
  const automatic = open(provider);
  await automatic.round();
  await allReady(provider);

  change('two');
  ahead += 5 * HOUR;
  await automatic.round();

  expect(all(provider)).toHaveLength(1);
  expect(automatic.status()).toMatchObject({ mode: 'every', hours: 6, keep: 10 });
  expect(Math.abs(Date.parse(automatic.status().nextAt ?? '') - Date.now() - 6 * HOUR)).toBeLessThan(60_000);
});

it('makes none of a state that another process made one of', async () => {
  const provider = await provided();
  await open(provider).round();
  await allReady(provider);

  ahead += 7 * HOUR;
  await open(provider).round();

  expect(all(provider)).toHaveLength(1);
});

it('makes none of a state that a person made one of', async () => {
  const provider = await provided();
  const past = new Date(Date.now() - 1000);
  fs.utimesSync(join(root, 'a.txt'), past, past);
  fs.utimesSync(root, past, past);
  await provider.createSnapshot(onlyVolume(provider), WANTED, NO_KEY);
  await allReady(provider);
  // The store was made in the volume’s root just before.
  fs.utimesSync(root, past, past);
  const automatic = open(provider);

  await automatic.round();
  expect(all(provider).map(({ origin }) => origin)).toEqual(['datamark']);
  change('two');
  expect((await nextRound(automatic, provider)).map(({ origin }) => origin)).toEqual(['datamark', 'auto']);
});

it('sees a file that got an old time after a snapshot of a person', async () => {
  const provider = await provided();
  const automatic = open(provider);
  await automatic.round();
  await allReady(provider);
  await nextRound(automatic, provider);

  const old = new Date('2020-01-01T00:00:00Z');
  change('older');
  fs.utimesSync(join(root, 'a.txt'), old, old);

  expect(await nextRound(automatic, provider)).toHaveLength(2);
});

it('makes one per start of the server, not of this process', async () => {
  const provider = await provided();
  const serverStartedAt = new Date(Date.now() - 1000).toISOString();
  await open(provider, { mode: 'start', serverStartedAt }).round();
  await allReady(provider);
  change('two');

  const again = open(provider, { mode: 'start', serverStartedAt });
  await again.round();
  expect(all(provider)).toHaveLength(1);
  expect(again.status()).toEqual({ mode: 'start', hours: null, keep: 10, nextAt: null });

  await open(provider, { mode: 'start', serverStartedAt: new Date().toISOString() }).round();
  expect(await allReady(provider)).toHaveLength(2);
});

it('does nothing while it is off', async () => {
  const provider = await provided();
  const automatic = open(provider, { mode: 'off' });

  automatic.start();
  await automatic.round();

  expect(all(provider)).toEqual([]);
  expect(automatic.status().nextAt).toBeNull();
});

describe('keeping the last ones', () => {
  it('removes the oldest of its own, never what a person made or holds', async () => {
    const provider = await provided();
    const automatic = open(provider, { keep: 2 });
    await provider.createSnapshot(onlyVolume(provider), { ...WANTED, title: 'mine' }, NO_KEY);
    await allReady(provider);
    for (const content of ['two', 'three', 'four']) {
      change(content);
      await nextRound(automatic, provider);
    }
    const [mine, oldest, next] = all(provider);
    await provider.updateSnapshot(oldest?.name ?? '', { uid: oldest?.uid ?? '', heldUntil: 'forever' });

    change('five');
    await nextRound(automatic, provider);
    await automatic.round();
    await untilGone(provider.index, 'snapshot', next?.name ?? '');

    const left = all(provider).map(({ name }) => name);
    expect(left).toEqual(expect.arrayContaining([mine?.name, oldest?.name]));
    expect(left).toHaveLength(4);
    expect(automatic.notices()).toEqual([]);
  });

  it('says why it can’t remove them, and goes on making them', async () => {
    const provider = await provided();
    const reason = {
      available: false,
      reason: 'This account may not delete.',
      fix: 'Ask for datamark-manager.'
    } as const;
    const capabilities = provider.capabilities.bind(provider);
    provider.capabilities = () => ({ ...capabilities(), delete: reason });
    const automatic = open(provider, { keep: 1 });
    for (const content of ['two', 'three', 'four']) {
      change(content);
      await nextRound(automatic, provider);
    }
    await automatic.round();

    expect(all(provider)).toHaveLength(3);
    expect(automatic.notices()).toEqual([
      {
        code: 'automatic-snapshots',
        message: 'home has 3 automatic snapshots instead of 1. This account may not delete.',
        fix: 'Ask for datamark-manager.',
        object: 'home'
      }
    ]);
  });
});

describe('what can’t be snapshotted', () => {
  it('is left alone, with the reason in a notice', async () => {
    const provider = await provided();
    const [volume] = provider.index.all('volume');
    if (volume === undefined) {
      throw new Error('The provider has no volume.');
    }
    const automatic = open(provider);
    const can = { available: false, reason: 'Others work on it too.', fix: 'Ask the administrator.' } as const;
    provider.refresh = () => Promise.resolve();
    provider.index.upsert({ ...volume, can: { ...volume.can, snapshot: can } });

    await automatic.round();
    expect(all(provider)).toEqual([]);
    expect(automatic.notices()).toMatchObject([
      { message: 'home gets no automatic snapshots. Others work on it too.' }
    ]);

    provider.index.upsert({ ...volume, readOnly: true });
    await automatic.round();
    expect(all(provider)).toEqual([]);
    expect(automatic.notices()).toMatchObject([{ message: expect.stringContaining('mounted read-only') }]);

    provider.index.upsert(volume);
    await automatic.round();
    expect(await allReady(provider)).toHaveLength(1);
    expect(automatic.notices()).toEqual([]);
  });

  it('fails with a notice, and is tried again as the same snapshot', async () => {
    const provider = await provided({
      faults: { slowMs: 0, fail: { step: 'snapshot:copy', code: 'ENOSPC', times: 1 } }
    });
    const automatic = open(provider);
    automatic.start();
    await automatic.round();
    const [made] = all(provider);
    await untilPhase(provider.index, 'snapshot', made?.name ?? '', 'failed');
    expect(automatic.notices()).toMatchObject([{ message: expect.stringContaining('home was not made. ') }]);

    await automatic.round();
    expect(all(provider)[0]?.state.phase).toBe('failed');
    ahead += 61_000;
    await automatic.round();

    expect((await allReady(provider)).map(({ name }) => name)).toEqual([made?.name]);
    expect(automatic.notices()).toEqual([]);
  });

  it('waits, without a notice, for what somebody else does there', async () => {
    const provider = await provided();
    const { createSnapshot } = provider;
    const busy = { detail: 'home is being snapshotted.', next: 'Wait.' };
    provider.createSnapshot = () => Promise.reject(new ProblemError('operation-in-progress', busy));
    const automatic = open(provider);

    await automatic.round();
    expect(automatic.notices()).toEqual([]);
    provider.createSnapshot = createSnapshot;
    await automatic.round();
    expect(all(provider)).toEqual([]);
    ahead += 61_000;
    await automatic.round();

    expect(await allReady(provider)).toHaveLength(1);
  });

  it('is not attempted while storage does not answer', async () => {
    const provider = await provided();
    const problem = { type: '', title: '', status: 503, detail: '', next: '', object: null };
    provider.freshness = () => ({ current: false, problem, since: '', asOf: null, retryAt: null });

    await open(provider).round();

    expect(all(provider)).toEqual([]);
  });
});
