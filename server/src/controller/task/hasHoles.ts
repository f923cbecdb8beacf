/** Whether any file of a tree takes less room than its length: with holes, or compressed. */
import { lstatSync, readdirSync } from 'node:fs';

const SLASH = Buffer.from('/');
/** In which stat counts. */
const BLOCK = 512;

/** Of one file system: what is mounted below is no part of the tree. In doubt, where it can’t be read, it has. */
export function hasHoles(root: string): boolean {
  try {
    const { dev } = lstatSync(root);
    return isHollow(Buffer.from(root), dev);
  } catch {
    return true;
  }
}

function isHollow(path: Buffer, device: number): boolean {
  const stat = lstatSync(path);
  if (stat.dev !== device) {
    return false;
  }
  if (!stat.isDirectory()) {
    return stat.isFile() && stat.blocks * BLOCK < stat.size;
  }
  return readdirSync(path, { encoding: 'buffer' }).some(name => isHollow(Buffer.concat([path, SLASH, name]), device));
}
