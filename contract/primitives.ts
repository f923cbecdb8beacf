/**
 * The small types every request, response and event is built from.
 * No behaviour lives here; both the sidecar and the browser import it.
 */
import { z } from 'zod';

/** Longest title, in UTF-16 code units. */
export const TITLE_MAX = 200;
/** Longest note, in UTF-16 code units. */
export const NOTE_MAX = 2000;

// Cc: C0 and C1 controls. Cs: half of a surrogate pair. U+2028/2029 break lines in some renderers.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const UNPRINTABLE_IN_NOTE = /(?![\n\t])[\p{Cc}\p{Cs}]/u;

/** A point in time, ISO 8601 in UTC with a trailing Z. */
export const Instant = z.iso.datetime().meta({ id: 'Instant', description: 'Point in time, ISO 8601, UTC.' });
export type Instant = z.infer<typeof Instant>;

/** Name of an object in a URL: lower-case letters, digits, dots and dashes, as in Kubernetes. */
export const ObjectName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'Use lower-case letters, digits, dots and dashes.')
  .meta({ id: 'ObjectName' });
export type ObjectName = z.infer<typeof ObjectName>;

/** In a query: there, `true` or `false`. */
export const Flag = z.enum(['true', 'false', '']).transform(value => value !== 'false');

/** Identity of one life of an object: a re-created object of the same name has another uid. */
export const Uid = z.string().min(1).max(128).meta({ id: 'Uid' });

/** A snapshot's title: one line a person reads. */
export const Title = z
  .string()
  .trim()
  .min(1, 'A title needs at least one character.')
  .max(TITLE_MAX, `A title has at most ${TITLE_MAX} characters.`)
  .refine(text => !UNPRINTABLE.test(text), 'A title can’t contain control characters or line breaks.')
  .meta({ id: 'Title' });

/** A note: why the moment matters. Line breaks and tabs are kept. */
export const Note = z
  .string()
  .max(NOTE_MAX, `A note has at most ${NOTE_MAX} characters.`)
  .refine(text => !UNPRINTABLE_IN_NOTE.test(text), 'A note can’t contain control characters.')
  .meta({ id: 'Note' });

/** Until when a snapshot can’t be deleted: not held, held to a time, or held until released. */
export const HeldUntil = z
  .union([z.null(), z.literal('forever'), Instant])
  .meta({ id: 'HeldUntil', description: 'null: not held. "forever": until released. Else held to that time.' });
export type HeldUntil = z.infer<typeof HeldUntil>;

/** A number of bytes that was measured, or the reason why it is not known. Unknown is never shown as 0. */
export const Size = z
  .discriminatedUnion('known', [
    z.object({ known: z.literal(true), bytes: z.number().nonnegative() }),
    z.object({ known: z.literal(false), reason: z.string() })
  ])
  .meta({ id: 'Size' });
export type Size = z.infer<typeof Size>;

/** Whether something can be done now, else the true reason and what would mend it. */
export const Capability = z
  .discriminatedUnion('available', [
    z.object({ available: z.literal(true) }),
    z.object({ available: z.literal(false), reason: z.string(), fix: z.string() })
  ])
  .meta({ id: 'Capability' });
export type Capability = z.infer<typeof Capability>;
