/**
 * Texts in MLflow's filters, whose grammar escapes nothing: what it can't hold is looked for by a pattern. That may find more
 * than was meant, so that what is found has to be looked at.
 */

/** What ends a text there, and what escapes a letter in the patterns of some databases. */
const UNSAFE = /['\\]/g;

/** As the right side of a comparison with all of a text. */
export const equalTo = (text: string): string =>
  text.search(UNSAFE) === -1 ? `= '${text}'` : `LIKE '${pattern(text)}'`;

/** As the right side of a comparison with a part of a text; `ending`: with its end. */
export const holding = (text: string, { ending = false } = {}): string =>
  `LIKE '%${pattern(text)}${ending ? '' : '%'}'`;

const pattern = (text: string): string => text.replaceAll(UNSAFE, '_');
