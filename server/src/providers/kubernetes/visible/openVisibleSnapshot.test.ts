/** What is never taken for a snapshot of the storage; that the real thing is, the test bed shows. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openVisibleSnapshot } from './openVisibleSnapshot';

const UID = '0b8a4d55-6a3c-4a0c-9d5e-7f1f2f5f0a11';

let volume: string;

beforeEach(() => {
  volume = fs.mkdtempSync(join(tmpdir(), 'datamark-visible-'));
});
afterEach(() => fs.rmSync(volume, { recursive: true }));

test.each([
  ['there is no .snapshot', () => undefined],
  ['it has another snapshot', () => fs.mkdirSync(join(volume, '.snapshot/snapshot-of-another'), { recursive: true })],
  ['the user made it', () => fs.mkdirSync(join(volume, `.snapshot/snapshot-${UID}`), { recursive: true })],
  [
    'the name is a link to another device',
    () => {
      fs.mkdirSync(join(volume, '.snapshot'));
      fs.symlinkSync('/proc', join(volume, `.snapshot/snapshot-${UID}`));
    }
  ],
  ['.snapshot is a link', () => fs.symlinkSync('/proc', join(volume, '.snapshot'))],
  [
    'it is a file',
    () => {
      fs.mkdirSync(join(volume, '.snapshot'));
      fs.writeFileSync(join(volume, `.snapshot/snapshot-${UID}`), '');
    }
  ]
])('nothing is visible where %s', async (_, make) => {
  make();
  expect(await openVisibleSnapshot(volume, UID)).toBeNull();
});

test.each(['', '..', '../../../../../proc', 'a/b', '.'])('a uid that is none leads nowhere: %j', async uid => {
  fs.mkdirSync(join(volume, '.snapshot'));
  expect(await openVisibleSnapshot(volume, uid)).toBeNull();
});

test('leaves nothing open', async () => {
  const open = (): number => fs.readdirSync('/proc/self/fd').length;
  fs.mkdirSync(join(volume, `.snapshot/snapshot-${UID}`), { recursive: true });
  const before = open();
  await openVisibleSnapshot(volume, UID);
  expect(open()).toBe(before);
});
