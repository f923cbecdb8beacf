import { problem, type FixedVersions, type Mirror, type MirrorUpdate } from '../../contract';
import { fakePage } from '../testing/fakePage';
import { sampleMirror, sampleMirrors } from '../testing/mirrorSamples';
import { sampleClone } from '../testing/samples';
import { button, text, type } from '../testing/shownDialog';
import { until } from '../testing/until';
import { CommandIDs } from '../tokens';
import { cancelMirrorUpdate, promoteMirror, resyncMirror, updateMirror } from './ingestCommands';
import { ingestEntries } from './ingestEntries';
import { trainOnVersion } from './ingestVersions';
import { runCommand } from './registerCommands';

const YES = { available: true } as const;
const no = (reason: string) => ({ available: false, reason, fix: 'Ask an admin.' }) as const;
const begun = (change: Partial<MirrorUpdate> = {}): MirrorUpdate => ({
  ...{ id: 'update-1', state: 'running', askedAt: '2026-11-19T14:20:00Z', endedAt: null },
  ...{ alreadyRunning: false, cancel: YES, reasons: [] },
  ...change
});
const told = (...items: Mirror[]) => ({ mirrors: () => Promise.resolve(sampleMirrors(items)) });

describe('an update', () => {
  it('is begun, and its end is told when it comes', async () => {
    let now = sampleMirror({ update: begun() });
    const page = fakePage({
      mirrors: () => Promise.resolve(sampleMirrors([now])),
      updateMirror: () => Promise.resolve(now)
    });
    await expect(updateMirror(page.context, { mirror: 'home' })).resolves.toEqual({
      ...{ outcome: 'started', mirror: 'churn-features', update: 'update-1' }
    });
    expect(page.calls).toContainEqual(['updateMirror', 'churn-features', 'key-1']);
    expect(page.told).toEqual([]);
    expect(page.context.datamark.mirrors.isWatched).toBe(true);
    now = sampleMirror({ update: begun({ state: 'succeeded' }) });
    await until(() => page.told.length === 1);
    expect(page.told).toEqual(['home is updated: 1.2 GiB in 48 s, as of 12 min ago.']);
    expect(page.context.datamark.mirrors.isWatched).toBe(false);
    expect(page.model.holds).toBe(0);
  });

  it('that fails is told with the reasons of the storage', async () => {
    const reasons = [{ message: 'Destination volume is out of space.', code: '13303844' }];
    const failed = sampleMirror({ update: begun({ state: 'failed', reasons }) });
    const page = fakePage({ ...told(failed), updateMirror: () => Promise.resolve(failed) });
    await updateMirror(page.context, {});
    await until(() => page.problems.length === 1);
    expect(page.problems[0]?.detail).toBe('Destination volume is out of space. (13303844)');
  });

  it('is not given up while an older answer does not name it, and said to be untold once another one does', async () => {
    let update: MirrorUpdate | null = null;
    const page = fakePage({
      mirrors: () => Promise.resolve(sampleMirrors([sampleMirror({ update })])),
      updateMirror: () => Promise.resolve(sampleMirror({ update: begun() }))
    });
    const asked = () => page.calls.filter(([name]) => name === 'mirrors').length;
    await updateMirror(page.context, {});
    await until(() => asked() >= 4);
    expect(page.told).toEqual([]);
    update = begun({ id: 'update-2', askedAt: '2026-11-19T14:20:30Z' });
    await until(() => page.told.length === 1);
    expect(page.told).toEqual(['How the update of home ended, nobody tells any more.']);
    expect(page.context.datamark.mirrors.isWatched).toBe(false);
  });

  it('says when one runs already, and begins no other', async () => {
    const running = sampleMirror({ update: begun({ alreadyRunning: true, state: 'cancelled' }) });
    const page = fakePage({ ...told(running), updateMirror: () => Promise.resolve(running) });
    await expect(updateMirror(page.context, {})).resolves.toMatchObject({ outcome: 'already-running' });
    expect(page.told[0]).toBe('A transfer into home runs already. No other one was begun.');
  });

  it('is refused with the reason where it can’t be, and nothing is asked of the storage', async () => {
    const page = fakePage(told(sampleMirror({ can: { ...sampleMirror().can, update: no('It is broken off.') } })));
    await expect(updateMirror(page.context, { mirror: 'home' })).rejects.toMatchObject({
      problem: { detail: 'It is broken off.', next: 'Ask an admin.' }
    });
    expect(page.calls.map(([name]) => name)).toEqual(['mirrors']);
    await expect(updateMirror(page.context, { mirror: 'nowhere' })).rejects.toMatchObject({
      problem: { detail: 'There is no mirror nowhere here.' }
    });
  });

  it('is cancelled only where one was asked for', async () => {
    const page = fakePage({
      ...told(sampleMirror({ update: begun() })),
      cancelMirrorUpdate: () => Promise.resolve(sampleMirror({ update: begun({ state: 'cancelled' }) }))
    });
    await expect(cancelMirrorUpdate(page.context, {})).resolves.toMatchObject({ outcome: 'started' });
    expect(page.context.datamark.mirrors.found?.items[0]?.update?.state).toBe('cancelled');
    const none = fakePage(told(sampleMirror()));
    await expect(cancelMirrorUpdate(none.context, {})).rejects.toMatchObject({
      problem: { detail: 'No update of home was asked for that runs.' }
    });
  });
});

describe('promotion and resync', () => {
  const can = { update: YES, promote: YES, resync: YES };

  it('name what follows, and do nothing before the volume’s name is typed', async () => {
    const mirror = sampleMirror({ can });
    const page = fakePage({ ...told(mirror), promoteMirror: () => Promise.resolve({ ...mirror, state: 'promoting' }) });
    const done = promoteMirror(page.context, {});
    const go = await until(() => button('Promote'));
    await until(() => text().includes('Replication from svm-prod:churn stops'));
    expect(document.activeElement?.textContent).toBe('Cancel');
    go.click();
    const field = await until(() => document.querySelector<HTMLInputElement>('#dm-mirror-volume'));
    type(field, 'hom');
    await until(() => field.value === 'hom');
    expect(go.getAttribute('aria-disabled')).toBe('true');
    type(field, 'home');
    await until(() => go.getAttribute('aria-disabled') === null);
    go.click();
    await expect(done).resolves.toMatchObject({ outcome: 'started' });
    expect(page.calls.at(-1)).toEqual([
      'promoteMirror',
      'churn-features',
      { uid: 'mirror-1', state: 'mirrored', confirm: 'home' }
    ]);
  });

  it('say what is lost, and can be left', async () => {
    const page = fakePage(told(sampleMirror({ can })));
    const done = resyncMirror(page.context, {});
    const cancel = await until(() => button('Cancel'));
    await until(() => text().includes('Everything written to home since it was promoted is overwritten and lost.'));
    cancel.click();
    await expect(done).resolves.toEqual({ outcome: 'cancelled' });
    expect(page.calls.map(([name]) => name)).toEqual(['mirrors']);
  });
});

describe('a version to train on', () => {
  const way = (change: Partial<FixedVersions['ways'][number]>): FixedVersions['ways'][number] => ({
    ...{ way: 'snapshot', title: 'Make a snapshot now', consequence: 'It is cloned.', can: YES },
    ...{ snapshot: null, manifest: null },
    ...change
  });
  const versions = (...ways: FixedVersions['ways']): FixedVersions => ({
    ...{ mirror: 'churn-features', data: sampleMirror().data, ways }
  });
  const ARRIVED = way({ way: 'replicated-snapshot', title: 'Clone the snapshot that arrived' });

  it('is cloned as chosen and pinned for the kernel in front', async () => {
    const pin = { kernel: 'kernel-1', notebook: 'home/train.ipynb', snapshots: [] };
    const page = fakePage({
      ...told(sampleMirror()),
      fixedVersions: () => Promise.resolve(versions(way({}), ARRIVED)),
      trainOnVersion: () =>
        Promise.resolve({ clone: sampleClone(), snapshot: 's', exported: 'snapmirror.1', pin, problem: null })
    });
    page.documents.notebook = 'home/train.ipynb';
    const done = trainOnVersion(page.context, { clone: 'frozen' });
    const clone = await until(() => button('Clone'));
    await until(() => document.querySelector('#dm-version-clone'));
    const [ordinary, arrived] = document.querySelectorAll<HTMLInputElement>('input[name="dm-way"]');
    expect(arrived?.checked).toBe(true);
    ordinary?.click();
    await until(() => ordinary?.checked === true);
    clone.click();
    await expect(done).resolves.toMatchObject({ outcome: 'started', exported: 'snapmirror.1' });
    expect(page.calls.at(-1)).toEqual([
      'trainOnVersion',
      'churn-features',
      {
        ...{ uid: 'mirror-1', way: 'snapshot', exported: 'snapmirror.1', clone: 'frozen' },
        ...{ kernel: 'kernel-1', notebook: 'home/train.ipynb' }
      },
      'key-1'
    ]);
    expect(page.told).toEqual([
      `clone ${sampleClone().id}`,
      'Runs that train.ipynb begins from now on name snapmirror.1.'
    ]);
  });

  it('says that runs are not tagged where the pin failed, and what the clone is', async () => {
    const failed = problem('not-ready', { detail: 'The snapshot is not ready.', next: 'Pin it later.' });
    const page = fakePage({
      ...told(sampleMirror()),
      fixedVersions: () => Promise.resolve(versions(ARRIVED)),
      trainOnVersion: () =>
        Promise.resolve({ clone: sampleClone(), snapshot: 's', exported: null, pin: null, problem: failed })
    });
    const done = trainOnVersion(page.context, {});
    (await until(() => button('Clone'))).click();
    await done;
    expect(page.calls.at(-1)?.[2]).toMatchObject({ kernel: null, notebook: null, clone: 'home-1408' });
    expect(page.told).toEqual([`clone ${sampleClone().id}`, 'The clone is made, but runs are not tagged with it']);
  });

  it('shows each way that can’t be gone with its reason and what to hand to an admin', async () => {
    const manifest = 'kind: VolumeSnapshotContent';
    const page = fakePage({
      ...told(sampleMirror()),
      fixedVersions: () => Promise.resolve(versions({ ...ARRIVED, can: no('Kubernetes does not know it.'), manifest }))
    });
    const done = trainOnVersion(page.context, {});
    const close = await until(() => button('Close'));
    await until(() => text().includes('Not possible now: Kubernetes does not know it. Ask an admin.'));
    expect(button('Clone')).toBeUndefined();
    const copy = [...document.querySelectorAll<HTMLButtonElement>('.dm-manifest button')][0];
    copy?.click();
    await until(() => page.told.includes(`copied ${manifest}`));
    close.click();
    await expect(done).resolves.toEqual({ outcome: 'cancelled' });
  });
});

describe('the entries', () => {
  it('show promotion in a menu only where this person can, and say why an update is off', async () => {
    const can = { update: no('It is broken off.'), promote: no('No right.'), resync: YES };
    const page = fakePage(told(sampleMirror({ can })));
    await page.context.datamark.mirrors.look();
    const entry = (id: string) => {
      const found = ingestEntries(page.context).find(one => one.id === id);
      if (found === undefined) {
        throw new Error(id);
      }
      return found;
    };
    const args = { mirror: 'churn-features' };
    expect(entry(CommandIDs.promoteMirror).visible?.(args)).toBe(false);
    expect(entry(CommandIDs.resyncMirror).visible?.(args)).toBe(true);
    expect(entry(CommandIDs.updateMirror).whyNot(args)).toBe('It is broken off. Ask an admin.');
    expect(entry(CommandIDs.cancelMirrorUpdate).whyNot(args)).toBe('No update was asked for that runs.');
    const refused = await runCommand(page.context, entry(CommandIDs.updateMirror), args);
    expect(refused).toMatchObject({ outcome: 'refused', problem: { detail: 'It is broken off.' } });
    expect(page.told).toEqual(['Not updated']);
  });
});
