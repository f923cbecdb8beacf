// The controller's image on the test bed: packed of files of this host and given to the bed's containerd.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Bed } from './bed';

const PACKER = path.join(__dirname, '..', 'image');

/** What check pods, Jobs and the Deployment of the tests run. */
export const CONTROLLER_IMAGE = 'localhost/datamark-controller:test';

/** Brings the image with this bundle onto the bed, unless it is there. */
export async function packControllerImage(bed: Bed, bundle: string): Promise<void> {
  const node = process.execPath;
  const hash = createHash('sha256')
    .update(node)
    .update(await readFile(bundle));
  for (const script of ['makeImage.py', 'makeControllerImage.py']) {
    hash.update(await readFile(path.join(PACKER, script)));
  }
  // The tag is one and the same: the last one that was given is what pods get.
  const marker = path.join(bed.directory, 'image', 'controller.hash');
  const wanted = hash.digest('hex');
  if (existsSync(marker) && (await readFile(marker, 'utf8')) === wanted) {
    return;
  }
  const tar = path.join(bed.directory, 'image', `controller.${process.pid}.tar`);
  const run = promisify(execFile);
  try {
    await run('python3', [path.join(PACKER, 'makeControllerImage.py'), CONTROLLER_IMAGE, tar, bundle, node]);
    const socket = path.join(bed.directory, 'containerd', 'containerd.sock');
    await bed.run('ctr', '--address', socket, '--namespace', 'k8s.io', 'image', 'import', tar);
  } finally {
    await rm(tar, { force: true });
  }
  const unfinished = `${marker}.${process.pid}`;
  await writeFile(unfinished, wanted);
  await rename(unfinished, marker);
}
