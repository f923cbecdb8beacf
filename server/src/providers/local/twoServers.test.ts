/** Two servers on one directory: both work, one after the other, and each sees what the other did. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { until } from '../../testing/until';
import { untilIndexed, untilOver, untilPhase } from '../../testing/untilIndexed';
import { refusal } from '../contractSuite';
import { thisProcess } from './processIdentity';
import type { LocalProvider } from './provider';
import { writeSnapshotIntent } from './snapshotJob';
import { Store } from './store';
import { pendingRecord } from './testing/madeSnapshot';
import { onlyVolume, TemporaryVolumes } from './testing/temporaryVolume';

const temporary = new TemporaryVolumes('memory');
afterEach(() => temporary.dispose());

const NO_KEY = { operationKey: null };
const WANTED = { note: '', heldUntil: null, notebook: null };
const SOON_MS = 20;
/** A pid that certainly is of no process: above the system's limit. */
const NO_PROCESS = 2 ** 22 + 1;

async function snapshot(provider: LocalProvider): Promise<string> {
  const { name } = await provider.createSnapshot(onlyVolume(provider), WANTED, NO_KEY);
  await untilPhase(provider.index, 'snapshot', name, 'ready');
  await untilOver(provider.index, name);
  return name;
}

function volume(): { root: string; store: Store; untilReleased: () => Promise<void> } {
  const root = temporary.directory();
  fs.writeFileSync(join(root, 'a'), 'one');
  const store = new Store(root);
  return { root, store, untilReleased: () => until(() => !fs.existsSync(store.lock)) };
}

describe('two servers on one directory', () => {
  it('change it one after the other, and show each other’s snapshots', async () => {
    const { root, untilReleased } = volume();
    const one = await temporary.provider(root, {}, SOON_MS);
    const other = await temporary.provider(root, {}, SOON_MS);

    const first = await snapshot(one);
    await untilReleased();
    const second = await snapshot(other);
    await untilReleased();
    await untilPhase(one.index, 'snapshot', second, 'ready');
    await one.updateSnapshot(second, {
      uid: other.index.get('snapshot', second)?.uid ?? '',
      title: 'named by the other'
    });

    await untilPhase(other.index, 'snapshot', first, 'ready');
    await untilIndexed(other.index, 'the title shows', () =>
      other.index.get('snapshot', second)?.title === 'named by the other' ? true : undefined
    );
  });

  it('are refused with the holder’s name while the other works, and no longer', async () => {
    const { root, untilReleased } = volume();
    const one = await temporary.provider(root, { faults: { slowMs: 60_000 } }, SOON_MS);
    const other = await temporary.provider(root, {}, SOON_MS);
    await one.createSnapshot(onlyVolume(one), WANTED, NO_KEY);
    const running = await untilIndexed(one.index, 'it is running', () =>
      one.index.all('operation').find(operation => operation.state === 'running')
    );
    const call = other.createSnapshot(onlyVolume(other), WANTED, NO_KEY);
    await expect(call).rejects.toMatchObject({
      problem: { status: 423, blockers: [{ by: expect.stringContaining(`process ${process.pid}`) as string }] }
    });

    await one.cancelOperation(running.id);
    await untilReleased();

    await untilIndexed(other.index, 'it can be changed', () =>
      other.index.all('volume')[0]?.can.snapshot.available === true ? true : undefined
    );
    expect(await snapshot(other)).toMatch(/^home\./);
  });

  it('put in order what another one left when it was killed, before they change anything', async () => {
    const { root, store, untilReleased } = volume();
    const provider = await temporary.provider(root, {}, SOON_MS);
    await snapshot(provider);
    await untilReleased();
    const left = pendingRecord('home.20260101-000000z-abcd');
    writeSnapshotIntent(store, left);
    fs.mkdirSync(join(store.pending, left.name, 'tree'));
    const owner = { ...thisProcess(), pid: NO_PROCESS, id: 'other', since: left.createdAt, socket: null };
    fs.writeFileSync(store.lock, JSON.stringify(owner));

    await snapshot(provider);

    expect(provider.index.get('snapshot', left.name)?.state).toMatchObject({
      phase: 'failed',
      problem: { title: expect.any(String) as string }
    });
    expect(fs.readdirSync(join(store.pending, left.name))).toEqual(['record.json']);
  });

  it('take no lock to look', async () => {
    const { root, store, untilReleased } = volume();
    const one = await temporary.provider(root, {}, SOON_MS);
    await snapshot(one);
    await untilReleased();

    await one.refresh();

    expect(fs.existsSync(store.lock)).toBe(false);
    const owner = { ...thisProcess(), pid: NO_PROCESS, id: 'other', since: '2026-01-01T00:00:00.000Z', socket: null };
    fs.writeFileSync(store.lock, JSON.stringify(owner));
    // What a killed one left is put in order also by looking.
    await one.refresh();
    await untilReleased();
  });

  it('keep the lock as long as a change follows on another', async () => {
    const { root, store } = volume();
    const one = await temporary.provider(root);
    const other = await temporary.provider(root);
    await snapshot(one);
    const before = fs.readFileSync(store.lock, 'utf8');

    await snapshot(one);

    expect(fs.readFileSync(store.lock, 'utf8')).toBe(before);
    expect(await refusal(other.createSnapshot(onlyVolume(other), WANTED, NO_KEY))).toBe('store-locked');
  });
});
