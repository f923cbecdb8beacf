/** Words of the check report: the summary, the name of each state, and all of it as text for an admin. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CheckFinding, CheckReport, CheckState } from '../../../contract';

/** What a state is called, also for who can't see its icon. */
export function stateName(state: CheckState, trans: TranslationBundle): string {
  switch (state) {
    case 'ok':
      return trans.__('Works');
    case 'warning':
      return trans.__('Needs attention');
    case 'failed':
      return trans.__('Missing');
    case 'unknown':
      return trans.__('Unknown');
    case 'not-applicable':
      return trans.__('Not needed here');
  }
}

/** "6 work · 3 missing · 1 unknown", without what there is none of. */
export function summaryWords({ summary }: Pick<CheckReport, 'summary'>, trans: TranslationBundle): string {
  const { ok, warning, failed, unknown, notApplicable } = summary;
  return [
    ok > 0 ? trans._n('%1 works', '%1 work', ok) : '',
    failed > 0 ? trans.__('%1 missing', failed) : '',
    warning > 0 ? trans._n('%1 needs attention', '%1 need attention', warning) : '',
    unknown > 0 ? trans.__('%1 unknown', unknown) : '',
    notApplicable > 0 ? trans.__('%1 not needed here', notApplicable) : ''
  ]
    .filter(words => words !== '')
    .join(' · ');
}

const lines = (finding: CheckFinding, trans: TranslationBundle): string[] => [
  `[${stateName(finding.state, trans)}] ${finding.title}: ${finding.message}`,
  ...(finding.fix === '' ? [] : [`    ${finding.fix}`]),
  ...(finding.command === null ? [] : [`    $ ${finding.command}`])
];

/** The report for an e-mail to an admin. */
export function reportText(report: CheckReport, trans: TranslationBundle): string {
  return [
    trans.__('Datamark check of %1', report.checkedAt),
    summaryWords(report, trans),
    '',
    ...report.findings.flatMap(finding => lines(finding, trans))
  ].join('\n');
}
