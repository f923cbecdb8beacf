/**
 * Names of what is made: `<claim>.<yyyymmdd-hhmmss>z-<4 random>` and `<claim>.<name>`. A clock that is wrong makes a
 * wrong stamp, never an equal name; nothing reads the time out of a name.
 */
import { randomInt } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** Longest name of an object, DNS subdomain. */
const NAME_MAX = 253;

/** `yyyymmdd-hhmmss`, UTC. */
export const stampOf = (at: Date): string => at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');

/** The claim's name, shortened so that a suffix fits; what remains ends in a letter or digit. */
function prefixOf(claim: string, suffix: string): string {
  return claim.slice(0, NAME_MAX - suffix.length).replace(/[-.]+$/, '');
}

/** A name for a snapshot; `length` random characters. */
export function snapshotName(claim: string, at: Date, length = 4): string {
  const random = Array.from({ length }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
  const suffix = `.${stampOf(at)}z-${random}`;
  return prefixOf(claim, suffix) + suffix;
}

/** The name of a clone's claim. */
export function cloneId(claim: string, name: string): string {
  return `${prefixOf(claim, `.${name}`)}.${name}`;
}

/** A name that the same key gives again. */
export const keyedName = (owner: string, operationKey: string): string => cloneId(owner, operationKey);

/** The clone's own name in its claim's name: what is behind the source's; null where it has another make. */
export function cloneNameIn(id: string): string | null {
  const dot = id.lastIndexOf('.');
  return dot > 0 ? id.slice(dot + 1) : null;
}

/** Lower-case letters, digits and dashes of a text, at most `length`; `fallback` where nothing is left. */
export const slugOf = (text: string, length: number, fallback: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, length)
    .replace(/^-+|-+$/g, '') || fallback;

/** A label's value is at most 63 characters and begins and ends with a letter or digit; '' where nothing is left. */
export const labelValue = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
