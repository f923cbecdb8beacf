/** The content of a tree, comparable: every path with its kind and content. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { joinBytePath, toBytePath, toSystemPath, type BytePath } from '../bytePath';
import { CLONES_DIRECTORY, STORE_DIRECTORY } from '../walkTree';

/** What is where: `directory`, `link <target>`, `file <sha256>` or `special`, by path. */
export type TreeDigest = Record<BytePath, string>;

const contentOf = (path: BytePath): string =>
  createHash('sha256')
    .update(fs.readFileSync(toSystemPath(path)))
    .digest('hex');

/** Reads a whole tree, without Datamark's own directories at its top. `mode`: permission bits too. */
export function treeDigest(root: string, options: { mode?: boolean } = {}): TreeDigest {
  const digest: TreeDigest = {};
  const top = toBytePath(root);
  const visit = (directory: BytePath): void => {
    const names = fs.readdirSync(toSystemPath(joinBytePath(top, directory)), { encoding: 'latin1' }).sort();
    for (const name of names) {
      if (directory === '' && (name === STORE_DIRECTORY || name === CLONES_DIRECTORY)) {
        continue;
      }
      const path = joinBytePath(directory, name);
      const place = joinBytePath(top, path);
      const stat = fs.lstatSync(toSystemPath(place));
      const mode = options.mode === true && !stat.isSymbolicLink() ? ` ${(stat.mode & 0o7777).toString(8)}` : '';
      if (stat.isDirectory()) {
        digest[path] = `directory${mode}`;
        visit(path);
      } else if (stat.isSymbolicLink()) {
        digest[path] = `link ${fs.readlinkSync(toSystemPath(place), 'latin1')}`;
      } else {
        digest[path] = stat.isFile() ? `file ${contentOf(place)}${mode}` : 'special';
      }
    }
  };
  visit('');
  return digest;
}
