/**
 * Which paths stay out of snapshots: patterns with the meaning of gitignore(5).
 * Pure; the walk asks it for every path it comes to, parents first.
 */
import { toBytePath, type BytePath } from './bytePath';

interface Rule {
  readonly expression: RegExp;
  readonly negated: boolean;
  readonly directoryOnly: boolean;
}

/** Matches nothing. */
const NOTHING = '(?!)';

const escapeCharacter = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** One bracket expression from `start`, as a regular expression, and where it ends; null where it never closes. */
function bracket(pattern: string, start: number): { source: string; end: number } | null {
  const close = pattern.indexOf(']', start + (/^\[[!^]?\]/.test(pattern.slice(start)) ? 3 : 1));
  if (close < 0) {
    return null;
  }
  const inside = pattern.slice(start + 1, close).replace(/^[!^]/, '');
  const negated = /^[!^]/.test(pattern.slice(start + 1));
  const body = inside.replace(/\\(.)/g, '$1').replace(/[\\\]^[]/g, '\\$&');
  // A slash is never matched by a bracket expression.
  return { source: `(?!/)[${negated ? '^' : ''}${body}]`, end: close + 1 };
}

/** The pattern as a regular expression; a bracket that never closes matches nothing at all. */
function toSource(pattern: string): string {
  let source = '';
  for (let at = 0; at < pattern.length;) {
    const character = pattern.charAt(at);
    if (pattern.startsWith('**/', at) && (at === 0 || pattern.charAt(at - 1) === '/')) {
      source += '(?:[^/]+/)*';
      at += 3;
    } else if (pattern.slice(at) === '**' && (at === 0 || pattern.charAt(at - 1) === '/')) {
      source += '.+';
      at += 2;
    } else if (character === '*') {
      source += '[^/]*';
      at += pattern.slice(at).match(/^\*+/)?.[0].length ?? 1;
    } else if (character === '?') {
      source += '[^/]';
      at += 1;
    } else if (character === '\\' && at + 1 < pattern.length) {
      source += escapeCharacter(pattern.charAt(at + 1));
      at += 2;
    } else {
      const set = character === '[' ? bracket(pattern, at) : { source: escapeCharacter(character), end: at + 1 };
      source += set?.source ?? NOTHING;
      at = set?.end ?? pattern.length;
    }
  }
  return source;
}

function parseRule(line: string): Rule | null {
  // Trailing spaces do not count unless they are escaped.
  let pattern = toBytePath(line).replace(/(?<!\\) +$/, '');
  if (pattern === '' || pattern.startsWith('#')) {
    return null;
  }
  const negated = pattern.startsWith('!');
  pattern = negated ? pattern.slice(1) : pattern;
  const directoryOnly = pattern.endsWith('/');
  pattern = directoryOnly ? pattern.slice(0, -1) : pattern;
  const anchored = pattern.includes('/');
  pattern = pattern.replace(/^\//, '');
  return pattern === ''
    ? null
    : { expression: new RegExp(`^${anchored ? '' : '(?:.*/)?'}${toSource(pattern)}$`, 's'), negated, directoryOnly };
}

/** Whether a path is left out. Its parents were asked about before and are not left out. */
export type Excludes = (path: BytePath, isDirectory: boolean) => boolean;

/** Compiles patterns; the last one that matches decides. */
export function excludePatterns(patterns: readonly string[]): Excludes {
  const rules = patterns.map(parseRule).filter(rule => rule !== null);
  if (rules.length === 0) {
    return () => false;
  }
  return (path, isDirectory) =>
    rules.reduce(
      (excluded, rule) =>
        (isDirectory || !rule.directoryOnly) && excluded === rule.negated && rule.expression.test(path)
          ? !rule.negated
          : excluded,
      false
    );
}
