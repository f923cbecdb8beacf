/** Names of snapshots: `<slug>.<yyyymmdd-hhmmss>z-<4 random>`, and the slug of any text. */
import { randomInt } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const STAMP = /\.(\d{8}-\d{6})z-[a-z0-9]+$/;

/** Lower-case letters, digits and dashes of a text, at most `length` of them; `fallback` where nothing is left. */
export const slugOf = (text: string, length: number, fallback: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, length)
    .replace(/^-+|-+$/g, '') || fallback;

/** `yyyymmdd-hhmmss`, UTC. */
export const stampOf = (at: Date): string => at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');

/** A name that `taken` does not know. A clock that goes backwards makes equal times, never equal names. */
export function newSnapshotName(slug: string, at: Date, taken: (name: string) => boolean): string {
  for (let length = 4; ; length += 1) {
    const random = Array.from({ length }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
    const name = `${slug}.${stampOf(at)}z-${random}`;
    if (!taken(name)) {
      return name;
    }
  }
}

/** Names in the order of the times they carry, newest first; names of another make are left out. */
export const newestFirst = (names: readonly string[]): string[] =>
  names
    .flatMap(name => {
      const stamp = STAMP.exec(name)?.[1];
      return stamp === undefined ? [] : [{ name, stamp }];
    })
    .sort((a, b) => (a.stamp === b.stamp ? (a.name < b.name ? 1 : -1) : a.stamp < b.stamp ? 1 : -1))
    .map(({ name }) => name);
