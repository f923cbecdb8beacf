/** Sizes of mounts, also of one that does not answer. */
import { chmod, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../testing/until';
import { FileSystemSizes } from './fileSystemSize';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'datamark-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A program in the place of `stat`. */
async function program(script: string): Promise<string> {
  const path = join(directory, 'stat');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

it('measures as the system does', async () => {
  const measured = await new FileSystemSizes().measure(directory);
  const { blocks, bsize, bfree } = await statfs(directory);
  if (!('size' in measured)) {
    throw new Error(measured.reason);
  }
  expect(measured.size.total).toBe(blocks * bsize);
  expect(Math.abs(measured.size.used - (blocks - bfree) * bsize)).toBeLessThan(2 ** 30);
});

it.each([
  ['echo 4096 x', 'The file system does not tell its size.'],
  ['echo 4096 0 0 0', 'The file system does not tell its size.'],
  ['exit 1', 'The file system does not tell its size.']
])('%s is unknown', async (script, reason) => {
  expect(await new FileSystemSizes({ program: await program(script) }).measure('/x')).toEqual({ reason });
});

it('says so where there is no such program', async () => {
  const measured = await new FileSystemSizes({ program: join(directory, 'none') }).measure('/x');
  expect(measured).toEqual({ reason: expect.stringContaining('ENOENT') as string });
});

it('gives up a mount that does not answer, and asks it again only when that has ended', async () => {
  const asked = join(directory, 'asked');
  // Its output stays open in the background child after the kill, like that of a process the kernel does not let go.
  const script = `echo >> ${asked}; (while [ -e ${asked} ]; do sleep 0.02; done) & wait`;
  const sizes = new FileSystemSizes({ program: await program(script), deadlineMs: 200 });
  const gone = { reason: 'The storage did not answer within 0.2 s.' };

  const [one, two] = await Promise.all([sizes.measure('/dead'), sizes.measure('/dead')]);

  expect([one, two]).toEqual([gone, gone]);
  await rm(asked);
  await program('echo 1 10 4 3');
  await until(async () => 'size' in (await sizes.measure('/dead')));
  expect(await sizes.measure('/dead')).toEqual({ size: { total: 10, used: 6, free: 3 } });
});
