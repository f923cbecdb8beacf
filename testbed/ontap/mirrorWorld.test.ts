/** What happens to mirrors, without HTTP. */
import { EmulatorClock } from './emulatorClock';
import { mirrorRecord } from './mirrorRecord';
import type { DataMover } from './dataMover';
import { noData } from './dataMover';
import { MirrorWorld, type MirrorWish } from './mirrorWorld';
import { VolumeTable } from './volumeTable';

const MIB = 2 ** 20;

function world(mover: DataMover = noData) {
  const clock = new EmulatorClock({ startsAt: Date.parse('2026-11-23T10:00:00Z') });
  const volumes = new VolumeTable(clock);
  const made = new MirrorWorld(clock, mover, volumes);
  const pass = async (seconds: number) => {
    clock.advance(seconds);
    await made.settle();
  };
  const add = (more: Partial<MirrorWish> = {}) =>
    made.add({
      ...{ source: 'src:data', destination: 'dst:copy', bytesPerTransfer: 60 * MIB, bytesPerSecond: MIB },
      ...more
    });
  return { world: made, clock, volumes, pass, add };
}

it('a transfer is queued first where it has to wait, and its snapshot is of when it was asked for', async () => {
  const { world: here, clock, pass, add } = world();
  const mirror = add({ queueSeconds: 30, exported: { ageSeconds: 1000 } });
  await here.transfer(mirror, undefined);
  await pass(20);
  const told = () => mirrorRecord(mirror, clock.now());
  expect(told()).toMatchObject({ transfer: { state: 'queued', bytes_transferred: 0, total_duration: 'PT0S' } });
  await pass(40);
  expect(told()).toMatchObject({
    transfer: { state: 'transferring', bytes_transferred: 30 * MIB },
    lag_time: 'PT17M40S'
  });
  await pass(30);
  expect(told()).toMatchObject({ transfer: { state: 'success' }, lag_time: 'PT1M30S' });
});

it('a throttle slows it down', async () => {
  const { world: here, pass, add } = world();
  const mirror = add({ throttle: 512 });
  await here.transfer(mirror, undefined);
  await pass(119);
  expect(mirror.running).not.toBeNull();
  await pass(1);
  expect(mirror.last).toMatchObject({ state: 'success', seconds: 120 });
});

it.each([
  ['uninitialized', 'paused', '13303818'],
  ['uninitialized', 'broken_off', '13303818'],
  ['broken_off', 'paused', '13303818'],
  ['snapmirrored', 'snapmirrored', '13303832'],
  ['snapmirrored', 'sideways', '262197']
])('from %s to %s is refused', async (state, to, code) => {
  const { world: here, add } = world();
  await expect(here.changeState(add({ state }), to)).rejects.toMatchObject({ code });
});

it('a break while a transfer runs is refused, after an abort it is done', async () => {
  const { world: here, clock, add } = world();
  const mirror = add();
  await here.transfer(mirror, undefined);
  await expect(here.changeState(mirror, 'broken_off')).rejects.toMatchObject({ status: 409, code: '13303808' });
  await mirror.abort('hard_aborted', clock.now());
  await here.changeState(mirror, 'broken_off');
  expect(mirror).toMatchObject({ state: 'broken_off', healthy: true, last: { state: 'hard_aborted' } });
});

it.each(['paused', 'broken_off', 'uninitialized'])('nothing is transferred by schedule while it is %s', async state => {
  const { pass, add } = world();
  const mirror = add({ state, schedule: '5min' });
  await pass(3600);
  expect(mirror).toMatchObject({ state, running: null, last: null, healthy: true });
});

it('what went wrong with the bytes is told as a transfer that failed', async () => {
  const discarded: string[] = [];
  const mover: DataMover = {
    begin: async () => 5 * MIB,
    arrive: () => Promise.reject(new Error('the disk is full')),
    discard: async (_, snapshot) => void discarded.push(snapshot)
  };
  const { pass, add } = world(mover);
  const mirror = add({ schedule: '5min', exported: { name: 'before', ageSeconds: 60 } });
  await pass(400);
  expect(mirror).toMatchObject({
    healthy: false,
    reasons: [{ message: 'Transfer failed: the disk is full' }],
    exported: { name: 'before' },
    last: { state: 'failed' }
  });
  expect(discarded).toHaveLength(1);
});

it('fields are told as a test wants them, or left out', () => {
  const { clock, add } = world();
  const record = mirrorRecord(add({ overrides: { state: 'frozen', lag_time: null } }), clock.now());
  expect(record).toMatchObject({ state: 'frozen', healthy: true });
  expect(record).not.toHaveProperty('lag_time');
});

it('keeps the newest two snapshots of transfers, and those that a clone hangs on', async () => {
  const { world: here, volumes, pass, add } = world();
  const mirror = add();
  const volume = volumes.at('dst:copy');
  const first = mirror.exported?.name ?? '';
  const clone = volumes.clone(here.svm('dst'), 'fixed', 'copy', first);
  for (let count = 0; count < 4; count += 1) {
    await here.transfer(mirror, undefined);
    await pass(60);
  }
  expect(volume?.snapshots.map(({ name }) => name)).toEqual([first, expect.any(String), mirror.exported?.name]);
  expect(() => volumes.deleteSnapshot(clone.parent?.volume ?? clone, clone.parent?.snapshot.uuid ?? '')).toThrow(
    'busy'
  );
  expect(() => volumes.delete(volume?.uuid ?? '')).toThrow('busy');
});
