/** Builds findings: one sentence serves the report, disabled buttons and refusals alike. Pure. */
import type { CheckFinding } from '../../../../../contract';
import type { Obstacle } from '../accountRights';

/** A finding, and the sentence that refuses what it turns off. */
export interface Found {
  readonly shown: CheckFinding;
  /** null: nothing is off. */
  readonly obstacle: Obstacle | null;
  /** The claim concerned; null: all of them. */
  readonly claim: string | null;
}

type Parts = Pick<CheckFinding, 'id' | 'title' | 'docs'> &
  Partial<Pick<CheckFinding, 'fix' | 'command' | 'object'>> & { readonly message: string };

const shown = (state: CheckFinding['state'], parts: Parts, affects: CheckFinding['affects'] = []): CheckFinding => ({
  fix: '',
  command: null,
  object: null,
  ...parts,
  state,
  affects
});

const on = (state: CheckFinding['state'], parts: Parts): Found => ({
  shown: shown(state, parts),
  obstacle: null,
  claim: null
});

/** Fine. */
export const fine = (parts: Parts): Found => on('ok', parts);
/** Works, and needs attention. */
export const warning = (parts: Parts): Found => on('warning', parts);
/** Can't be found out. */
export const unknown = (parts: Parts): Found => on('unknown', parts);
/** Does not matter here. */
export const notApplicable = (parts: Parts): Found => on('not-applicable', parts);

/** Words that begin a sentence and are no names: they go on in lower case behind “Off:”. */
const PLAIN_FIRST_WORD = /^(Account|Claim|No|Nobody|Nothing|Only|Others|Several|The|This)(?=\s)/;

/** Turns `affects` off, for `message` as the reason; `claim`: of this claim only. */
export function off(affects: CheckFinding['affects'], parts: Parts, claim: string | null = null): Found {
  const { message, fix = '' } = parts;
  const rest = message.replace(PLAIN_FIRST_WORD, word => word.toLowerCase());
  return {
    shown: shown('failed', { ...parts, message: `Off: ${rest}` }, affects),
    obstacle: { reason: message, fix },
    claim
  };
}
