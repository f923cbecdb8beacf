/** What a command answers: plain JSON, so that scripts and agents can read it. An error is an answer too. */
import type { Problem } from '../../contract';

export type Outcome =
  /** Done, or accepted and observable under the given names. */
  | { readonly outcome: 'done'; readonly [name: string]: string | readonly string[] | null }
  | { readonly outcome: 'started'; readonly [name: string]: string | readonly string[] | null }
  /** The person said no. */
  | { readonly outcome: 'cancelled' }
  /** The same thing is running already; nothing was made twice. */
  | { readonly outcome: 'already-running'; readonly volume: string }
  | { readonly outcome: 'refused'; readonly problem: Problem };

export const CANCELLED: Outcome = { outcome: 'cancelled' };
