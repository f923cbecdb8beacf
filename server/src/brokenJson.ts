/** What is told of a document that is no JSON. */

/** The place alone: what stands around it, which V8 tells too, may be a password. */
export function brokenJson(error: unknown): string {
  const place = /at position \d+/.exec(error instanceof Error ? error.message : '')?.[0];
  return `is not JSON${place === undefined ? '' : ` (${place})`}.`;
}
