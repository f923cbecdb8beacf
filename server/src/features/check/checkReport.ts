/** Makes the report of findings: in order and counted. Pure. */
import type { CheckFinding, CheckReport, CheckState } from '../../../../contract';

/** From the one that needs a person first to the one nobody needs to read. */
const WORST_FIRST: readonly CheckState[] = ['failed', 'warning', 'unknown', 'not-applicable', 'ok'];

/** Findings in order, and counted. */
export function checkReport(findings: readonly CheckFinding[], checkedAt: Date): CheckReport {
  const order = ({ state }: CheckFinding): number => WORST_FIRST.indexOf(state);
  const sorted = [...findings].sort((one, other) => order(one) - order(other));
  const count = (state: CheckState): number => findings.filter(finding => finding.state === state).length;
  return {
    checkedAt: checkedAt.toISOString(),
    summary: {
      state: sorted[0]?.state ?? 'ok',
      ok: count('ok'),
      warning: count('warning'),
      failed: count('failed'),
      unknown: count('unknown'),
      notApplicable: count('not-applicable')
    },
    findings: sorted
  };
}
