/** What is particular to directories: outside changes, damaged records, sharing, cancelling, the clock. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { refusal } from '../contractSuite';
import { untilGone, untilIndexed, untilOver, untilPhase } from '../../testing/untilIndexed';
import type { LocalProvider } from './provider';
import { onlyVolume, TemporaryVolumes, type Extra } from './testing/temporaryVolume';

const temporary = new TemporaryVolumes('memory');
afterEach(async () => {
  jest.useRealTimers();
  await temporary.dispose();
});

const NO_KEY = { operationKey: null };
const WANTED = { note: '', heldUntil: null, notebook: null };

async function snapshot(provider: LocalProvider, title?: string): Promise<string> {
  const wanted = title === undefined ? WANTED : { ...WANTED, title };
  const { name } = await provider.createSnapshot(onlyVolume(provider), wanted, NO_KEY);
  await untilPhase(provider.index, 'snapshot', name, 'ready');
  await untilOver(provider.index, name);
  return name;
}

async function started(extra: Extra = {}): Promise<{ root: string; provider: LocalProvider }> {
  const root = temporary.directory();
  fs.writeFileSync(join(root, 'a'), 'one');
  return { root, provider: await temporary.provider(root, extra) };
}

const faults = (change: object): Extra => ({ faults: { slowMs: 0, ...change } });

describe('the local provider', () => {
  it('makes nothing in a directory that is only looked at', async () => {
    const { root, provider } = await started();

    await provider.refresh();

    expect(fs.readdirSync(root)).toEqual(['a']);
  });

  it('shows again after a restart what was there before', async () => {
    const { root, provider } = await started();
    const name = await snapshot(provider, 'kept');
    const before = await untilIndexed(provider.index, 'its own data is measured', () => {
      const shown = provider.index.get('snapshot', name);
      return shown?.ownData.known === true ? shown : undefined;
    });
    await provider.stop();

    const again = await temporary.provider(root);

    expect(again.index.get('snapshot', name)).toEqual(before);
  });

  it('does not show a snapshot any more that somebody removed by hand', async () => {
    const { root, provider } = await started();
    const name = await snapshot(provider);

    fs.renameSync(join(root, '.datamark/snapshots', name), join(root, '.datamark/trash/moved'));

    await untilGone(provider.index, 'snapshot', name);
  });

  it('quarantines a damaged record, says so, and goes on with the rest', async () => {
    const { root, provider } = await started();
    const damaged = await snapshot(provider);
    const whole = await snapshot(provider);
    fs.writeFileSync(join(root, '.datamark/snapshots', damaged, 'record.json'), '{"name":');

    await provider.refresh();

    expect(provider.index.get('snapshot', damaged)).toBeUndefined();
    expect(provider.index.get('snapshot', whole)?.state.phase).toBe('ready');
    expect(provider.notices()).toMatchObject([{ code: 'store-corrupt', object: damaged }]);
    const [place = ''] = fs.readdirSync(join(root, '.datamark/quarantine'));
    expect(fs.readFileSync(join(root, '.datamark/quarantine', place, 'tree/a'), 'utf8')).toBe('one');
    await snapshot(provider);
  });

  it.each([
    ['cut off', (path: string) => fs.truncateSync(path, fs.statSync(path).size - 3)],
    ['gone', (path: string) => fs.rmSync(path)]
  ])('quarantines a snapshot whose list of files is %s, and goes on with the rest', async (_, damage) => {
    const { root, provider } = await started();
    const damaged = await snapshot(provider);
    const whole = await snapshot(provider);
    await provider.stop();
    damage(join(root, '.datamark/snapshots', damaged, 'manifest.jsonl'));

    const next = await temporary.provider(root);

    expect(next.index.all('snapshot').map(({ name }) => name)).toEqual([whole]);
    expect(next.notices()).toMatchObject([{ code: 'store-corrupt', object: damaged }]);
    const [place = ''] = fs.readdirSync(join(root, '.datamark/quarantine'));
    expect(fs.readFileSync(join(root, '.datamark/quarantine', place, 'tree/a'), 'utf8')).toBe('one');
    await snapshot(next);
  });

  it('says so where a list of files turns out to be damaged when it is used', async () => {
    const { root, provider } = await started();
    const damaged = await snapshot(provider);
    const manifest = join(root, '.datamark/snapshots', damaged, 'manifest.jsonl');
    fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace('["f","a"', '["f",'));

    const made = await provider.createClone({ snapshot: damaged }, { name: 'copy' }, NO_KEY);

    const failed = await untilPhase(provider.index, 'clone', made.id, 'failed');
    expect(failed.state).toMatchObject({ problem: { type: expect.stringContaining('store-corrupt') as string } });
    await snapshot(provider);
  });

  it('tells own data of neighbours anew when a snapshot shares their files or goes', async () => {
    const { root, provider } = await started(faults({ method: 'hardlink' }));
    await agedFile(root);
    const first = await snapshot(provider);
    const ownIs = (name: string, bytes: number): Promise<true> =>
      untilIndexed(provider.index, `${name} alone holds ${bytes} bytes`, () => {
        const own = provider.index.get('snapshot', name)?.ownData;
        return own?.known === true && own.bytes === bytes ? true : undefined;
      });
    await ownIs(first, 3);

    const second = await snapshot(provider);

    await ownIs(first, 0);
    await ownIs(second, 0);
    await provider.deleteSnapshot(first, provider.index.get('snapshot', first)?.uid ?? '');
    await ownIs(second, 3);
  });

  it('tells what deleting loses: nothing while the volume or another snapshot has it', async () => {
    const { root, provider } = await started();
    await agedFile(root);
    const first = await snapshot(provider);
    const harmless = await provider.planSnapshotDelete(first);
    fs.writeFileSync(join(root, 'a'), 'another');

    const plan = await provider.planSnapshotDelete(first);

    expect(harmless).toMatchObject({ lost: { known: true, bytes: 0 }, lostFiles: 0, typeToConfirm: null });
    expect(plan).toMatchObject({ lost: { known: true, bytes: 3 }, lostFiles: 1, typeToConfirm: first });
  });

  it('shows a failed snapshot with its problem, which can be retried', async () => {
    const { root, provider } = await started(faults({ fail: { step: 'snapshot:copied', code: 'ENOSPC', times: 1 } }));
    const { name, uid } = await provider.createSnapshot(onlyVolume(provider), WANTED, NO_KEY);
    const failed = await untilPhase(provider.index, 'snapshot', name, 'failed');
    expect(failed.state).toMatchObject({ problem: { status: 507 } });
    expect((await untilOver(provider.index, name)).state).toBe('failed');
    expect(fs.readFileSync(join(root, 'a'), 'utf8')).toBe('one');

    await provider.retrySnapshot(name);

    expect(await untilPhase(provider.index, 'snapshot', name, 'ready')).toMatchObject({ uid });
    await untilIndexed(provider.index, 'the failure is forgotten', () =>
      provider.index.all('operation').every(one => one.state === 'succeeded') ? true : undefined
    );
  });

  it('deletes a failed snapshot', async () => {
    const { root, provider } = await started(faults({ fail: { step: 'snapshot:copy', code: 'EIO', times: 1 } }));
    const { name, uid } = await provider.createSnapshot(onlyVolume(provider), WANTED, NO_KEY);
    await untilPhase(provider.index, 'snapshot', name, 'failed');
    await untilOver(provider.index, name);

    await provider.deleteSnapshot(name, uid);

    await untilGone(provider.index, 'snapshot', name);
    expect(fs.readdirSync(join(root, '.datamark/pending'))).toEqual([]);
  });

  it('cancels a snapshot that is being made, and nothing of it is left', async () => {
    const { root, provider } = await started(faults({ slowMs: 60_000 }));
    const { name } = await provider.createSnapshot(onlyVolume(provider), WANTED, NO_KEY);
    const running = await untilIndexed(provider.index, 'it is running', () =>
      provider.index.all('operation').find(one => one.state === 'running')
    );

    await provider.cancelOperation(running.id);

    await untilGone(provider.index, 'snapshot', name);
    expect((await untilOver(provider.index, name)).state).toBe('cancelled');
    expect(fs.readdirSync(join(root, '.datamark/pending'))).toEqual([]);
    expect(await refusal(provider.cancelOperation(running.id))).toBe('not-cancellable');
  });

  it('keeps names apart and order by time when the clock goes backwards', async () => {
    const { root, provider } = await started();
    jest.useFakeTimers({
      now: new Date('2030-01-01T00:00:00Z'),
      doNotFake: [
        'hrtime',
        'nextTick',
        'performance',
        'queueMicrotask',
        'setImmediate',
        'clearImmediate',
        'setInterval',
        'clearInterval',
        'setTimeout',
        'clearTimeout'
      ]
    });
    const later = await snapshot(provider);
    jest.setSystemTime(new Date('2029-01-01T00:00:00Z'));
    fs.writeFileSync(join(root, 'a'), 'two');

    const earlier = await snapshot(provider);

    const tree = provider.index.get('snapshot', earlier)?.path ?? '';
    expect(fs.readFileSync(join(tree, 'a'), 'utf8')).toBe('two');
    expect(later).not.toBe(earlier);
    expect(provider.index.all('volume')[0]?.lastSnapshotAt).toBe(provider.index.get('snapshot', later)?.createdAt);
  });

  it('refuses what a symbolic link in the place of the store would lead it to', async () => {
    const outside = temporary.directory();
    const root = temporary.directory();
    fs.symlinkSync(outside, join(root, '.datamark'));
    const provider = await temporary.provider(root);

    const call = provider.createSnapshot(onlyVolume(provider), WANTED, NO_KEY);

    expect(await refusal(call)).toBe('not-supported');
    expect(fs.readdirSync(outside)).toEqual([]);
  });

  it('refuses a hold that ends in the past', async () => {
    const { provider } = await started();
    const call = provider.createSnapshot(
      onlyVolume(provider),
      { ...WANTED, heldUntil: '2001-01-01T00:00:00.000Z' },
      NO_KEY
    );

    expect(await refusal(call)).toBe('invalid-request');
  });

  it('says which process works in a clone, and does not delete it under its feet', async () => {
    const { provider } = await started();
    const made = await provider.createClone({ volume: onlyVolume(provider) }, { name: 'busy' }, NO_KEY);
    const clone = await untilPhase(provider.index, 'clone', made.id, 'ready');
    await untilOver(provider.index, made.id);
    const { spawn } = await import('node:child_process');
    const child = spawn('cat', { cwd: clone.path ?? '', stdio: ['pipe', 'ignore', 'ignore'] });
    await new Promise(resolve => child.once('spawn', resolve));

    await provider.refresh();
    const plan = await provider.planCloneDelete(clone.id);
    const refused = await refusal(provider.deleteClone(clone.id, clone.uid));

    const ended = new Promise(resolve => child.once('close', resolve));
    child.stdin.end();
    await ended;
    expect(provider.index.get('clone', clone.id)?.usedBy).toEqual({
      known: true,
      names: [`cat (process ${child.pid})`]
    });
    expect(plan.blockers).toMatchObject([{ kind: 'process' }]);
    expect(refused).toBe('in-use');
    expect(fs.existsSync(clone.path ?? '')).toBe(true);
  });
});

/** Waits until the clock of file times has moved on since the file was written. */
async function agedFile(root: string): Promise<void> {
  const { ctimeNs } = fs.lstatSync(join(root, 'a'), { bigint: true });
  const probe = join(temporary.directory(), 'probe');
  for (let now = ctimeNs; now <= ctimeNs; now = fs.lstatSync(probe, { bigint: true }).ctimeNs) {
    fs.writeFileSync(probe, '');
    await new Promise(resolve => setImmediate(resolve));
  }
}
