/** Writes the notebook of a reproduction once: what stands there, and may have been worked on, is never written over. */
import { randomUUID } from 'node:crypto';
import { link, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clone, Volume } from '../../../../contract';

/** Below a volume: reproductions that have no clone beside which they could be. */
export const REPRODUCTIONS = 'datamark-reproductions';

/** Of the folder beside a clone. */
export const BESIDE = '.reproduction';
/** Where clones are that are directories. */
const CLONES = 'datamark-clones';

type Place = Pick<Volume, 'mountPath'>;

/** Their names, of all these volumes, also of those whose clone is gone. */
export async function reproductionsIn(volumes: readonly Place[]): Promise<string[]> {
  const names = volumes.flatMap(({ mountPath }) => [
    namesIn(join(mountPath, REPRODUCTIONS)),
    namesIn(join(mountPath, CLONES)).then(all =>
      all.filter(name => name.endsWith(BESIDE)).map(name => name.slice(0, -BESIDE.length))
    )
  ]);
  return (await Promise.all(names)).flat();
}

/** Folders that stay when a clone is deleted: with notebooks, and models that were registered from them. */
export async function reproductionsOf(
  clone: Pick<Clone, 'name' | 'path'>,
  volumes: readonly Place[]
): Promise<string[]> {
  const beside = clone.path === null ? [] : [`${clone.path}${BESIDE}`];
  const places = [...beside, ...volumes.map(({ mountPath }) => join(mountPath, REPRODUCTIONS, clone.name))];
  const found = await Promise.all(places.map(async place => ((await namesIn(place)).length > 0 ? [place] : [])));
  return found.flat();
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** Whole or not at all. Answers whether it wrote. Throws system errors. */
export async function writeOnce(path: string, text: string): Promise<boolean> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  if (await exists(path)) {
    return false;
  }
  const temporary = join(folder, `.${randomUUID()}`);
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    try {
      await link(temporary, path);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') {
        return false;
      }
      // A file system without hard links.
      await rename(temporary, path);
    }
    return true;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return false;
    }
    throw error;
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
