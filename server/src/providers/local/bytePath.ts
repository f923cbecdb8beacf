/**
 * Paths as byte strings: one latin1 character per byte. Lossless for names that are not valid UTF-8, and fast as Map
 * keys. Everything inside a tree is named so; people see `displayPath`.
 */

/** A path or name, one latin1 character per byte. */
export type BytePath = string;

const BEYOND_ASCII = /[\u0080-\u00ff]/;

/** The byte string of an ordinary (UTF-8) path. */
export const toBytePath = (path: string): BytePath => Buffer.from(path, 'utf8').toString('latin1');

/** What a system call takes: ASCII as it is, anything else as bytes. */
export const toSystemPath = (path: BytePath): string | Buffer =>
  BEYOND_ASCII.test(path) ? Buffer.from(path, 'latin1') : path;

/** `root/relative`; an empty relative path is the root itself. */
export const joinBytePath = (root: BytePath, relative: BytePath): BytePath =>
  relative === '' ? root : root === '' ? relative : `${root}/${relative}`;

/** The directory part of a relative path, `''` at the top. */
export function parentOf(path: BytePath): BytePath {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** The last part of a path. */
export const baseNameOf = (path: BytePath): BytePath => path.slice(path.lastIndexOf('/') + 1);

const decoder = new TextDecoder('utf-8', { fatal: true });

function decode(path: BytePath): string {
  const bytes = Buffer.from(path, 'latin1');
  try {
    return decoder.decode(bytes);
  } catch {
    // Byte by byte where the whole is not UTF-8: what is valid stays readable.
    return bytes.toString('latin1').replace(/[\u0080-\u00ff]/g, byte => `\\x${byte.charCodeAt(0).toString(16)}`);
  }
}

/** A path as a person reads it: UTF-8, with escapes for control characters and for bytes that are not UTF-8. */
export const displayPath = (path: BytePath): string =>
  decode(path).replace(/[\p{Cc}\u2028\u2029]/gu, character =>
    character === '\n'
      ? '\\n'
      : character === '\t'
        ? '\\t'
        : `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0') ?? ''}`
  );
