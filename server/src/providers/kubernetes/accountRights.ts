/**
 * The seam between the check and what acts: what the account may do, and what the check found to be off.
 * The provider asks before it calls, so that nothing is tried that is known not to work.
 */

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';

/** What people do, as far as the check can rule it out. */
export type Action = 'list' | 'snapshot' | 'clone' | 'restore' | 'files' | 'delete' | 'hold';

/** Why something is off and what mends it. */
export interface Obstacle {
  readonly reason: string;
  readonly fix: string;
}

/** The account's rights in its namespace as last reviewed. */
export interface AccountRights {
  /** `unknown` where the reviews themselves failed; it is tried then. `group` is '' for core. */
  may(verb: Verb, group: string, resource: string): boolean | 'unknown';
  /** Why `may` is false, in the words of the report; null where it is not. */
  missing(verb: Verb, group: string, resource: string): Obstacle | null;
  /** Whether the API server knows VolumeRestores. */
  restoresServed(): boolean | 'unknown';
  /** What the check found against an action, for every volume or for this claim; null: nothing. */
  obstacle(action: Action, claim: string | null): Obstacle | null;
  /** Calls back when an answer may have changed, until the returned function is called. */
  onChange(listener: () => void): () => void;
}
