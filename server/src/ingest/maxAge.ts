/** How old the data of a volume may be: what its claim’s annotation says, else the setting of this server. Pure. */
import type { MaxAge } from './model/freshnessGuard';
import { secondsOfMaxAge } from './model/isoDuration';

export const MAX_AGE_ANNOTATION = 'datamark.github.io/max-data-age';

export interface MaxAgeSources {
  /** Text of the annotation; undefined: the claim has none, or can’t be read. */
  readonly annotation: string | undefined;
  /** In seconds; undefined: nothing is set. */
  readonly setting: number | undefined;
}

/** `trouble`: why the annotation does not count, as a sentence; a demand that can’t be read is never passed over in silence. */
export function maxAgeOf({ annotation, setting }: MaxAgeSources): {
  readonly maxAge: MaxAge | null;
  readonly trouble: string | null;
} {
  const set: MaxAge | null = setting === undefined ? null : { maxAgeSeconds: setting, setBy: 'setting' };
  if (annotation === undefined) {
    return { maxAge: set, trouble: null };
  }
  const seconds = secondsOfMaxAge(annotation);
  if (seconds !== null) {
    return { maxAge: { maxAgeSeconds: seconds, setBy: 'annotation' }, trouble: null };
  }
  const trouble = `The annotation ${MAX_AGE_ANNOTATION} of the claim is no duration, for example 1h, and does not count.`;
  return { maxAge: set, trouble };
}
