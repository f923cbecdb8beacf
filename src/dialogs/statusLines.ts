/** The status report as data: what is connected, what is off and why, what was noticed, the last log lines. Pure. */
import {
  API_MAJOR,
  type AutomaticStatus,
  type Capabilities,
  type RunningStatus,
  type UnavailableStatus
} from '../../contract';
import type { Connection } from '../tokens';
import type { ILanguage } from './figures';

/** One row: `bad` is missing or broken, `warn` works with attention, `ok` is fine. */
export interface IStatusRow {
  readonly look: 'ok' | 'warn' | 'bad';
  readonly name: string;
  readonly text: string;
  readonly fix: string;
}

export interface IStatusReport {
  /** Worst first. */
  readonly rows: readonly IStatusRow[];
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Last lines the sidecar wrote. */
  readonly log: readonly string[];
}

/** The report for a connection. */
export function statusReport(connection: Connection, language: ILanguage): IStatusReport {
  const { trans, format, now } = language;
  const only = (look: IStatusRow['look'], text: string, fix: string): IStatusReport => ({
    rows: [{ look, name: trans.__('Connection'), text, fix }],
    facts: [[trans.__('Page speaks'), trans.__('API %1', API_MAJOR)]],
    log: []
  });
  switch (connection.state) {
    case 'idle':
      return only('ok', trans.__('Idle: nothing is asked while the panel is hidden.'), '');
    case 'connecting':
      return only('warn', trans.__('Connecting…'), '');
    case 'online':
      return running(connection.status, language);
    case 'unavailable':
      return unavailable(connection.status, language);
    case 'absent':
      return only(
        'bad',
        trans.__('The server part of Datamark is not installed, or not enabled.'),
        trans.__('Install jupyterlab-datamark where the Jupyter server runs, then restart it.')
      );
    case 'logged-out':
      return only('bad', connection.problem.detail, trans.__('Reload the page.'));
    case 'unreachable':
      return only(
        'bad',
        trans.__('%1 Since %2.', connection.problem.detail, format.moment(connection.since.toISOString(), now())),
        connection.problem.next
      );
    case 'incompatible':
      return only(
        'bad',
        trans.__('The server part speaks API %1, this page %2.', connection.serverMajor, API_MAJOR),
        trans.__('Reload the page.')
      );
  }
}

function running(status: RunningStatus, language: ILanguage): IStatusReport {
  const { trans, format, now } = language;
  const names: Record<keyof Capabilities, string> = {
    snapshot: trans.__('Snapshots'),
    clone: trans.__('Clones'),
    restore: trans.__('Restores'),
    files: trans.__('Copying files back'),
    delete: trans.__('Deleting'),
    hold: trans.__('Holding')
  };
  const rows: IStatusRow[] = [
    { look: 'ok', name: trans.__('Connection'), text: trans.__('Connected · %1', status.provider.label), fix: '' }
  ];
  for (const verb of Object.keys(names) as (keyof Capabilities)[]) {
    const capability = status.capabilities[verb];
    rows.push(
      capability.available
        ? { look: 'ok', name: names[verb], text: trans.__('Possible'), fix: '' }
        : { look: 'bad', name: names[verb], text: capability.reason, fix: capability.fix }
    );
  }
  for (const notice of status.notices) {
    rows.push({ look: 'warn', name: notice.object ?? notice.code, text: notice.message, fix: notice.fix });
  }
  return {
    rows: worstFirst(rows),
    facts: [
      [trans.__('Datamark'), status.version],
      [trans.__('API'), `${String(status.api.major)}.${String(status.api.minor)}`],
      [trans.__('Storage'), `${status.provider.kind}: ${status.provider.label}`],
      [trans.__('User'), status.user ?? '–'],
      ...(status.automatic === undefined
        ? []
        : [[trans.__('Automatic snapshots'), automaticWords(status.automatic, language)] as const]),
      [trans.__('Node.js'), status.node],
      [trans.__('Process'), trans.__('%1, since %2', status.pid, format.moment(status.startedAt, now()))]
    ],
    log: []
  };
}

/** The setting, which stands in the server's configuration and can't be changed here. */
function automaticWords({ mode, hours, keep, nextAt }: AutomaticStatus, { trans, format, now }: ILanguage): string {
  if (mode === 'off') {
    return trans.__('Off (a setting of the Jupyter server)');
  }
  const when =
    mode === 'start'
      ? trans.__('At server start')
      : trans._n('Every %1 hour while files change', 'Every %1 hours while files change', hours ?? 0);
  const next = nextAt === null ? [] : [trans.__('next look %1', format.moment(nextAt, now()))];
  return [when, trans.__('the last %1 are kept', keep), ...next].join(' · ');
}

function unavailable(status: UnavailableStatus, { trans, format }: ILanguage): IStatusReport {
  return {
    rows: [{ look: 'bad', name: status.title, text: status.detail, fix: status.fix }],
    facts: [
      [trans.__('Cause'), status.cause],
      [
        trans.__('Next start'),
        status.retryAt === null ? trans.__('on the next request') : format.clockSeconds(status.retryAt)
      ]
    ],
    log: status.log
  };
}

const RANK = { bad: 0, warn: 1, ok: 2 };

const worstFirst = (rows: readonly IStatusRow[]): IStatusRow[] =>
  [...rows].sort((one, other) => RANK[one.look] - RANK[other.look]);

/** The report as text, for a message to somebody who helps. */
export function reportText(report: IStatusReport, language: ILanguage): string {
  const marks = { ok: 'ok  ', warn: 'warn', bad: 'off ' };
  return [
    ...report.facts.map(([name, value]) => `${name}: ${value}`),
    ...report.rows.map(row => `[${marks[row.look]}] ${row.name}: ${row.text}${row.fix === '' ? '' : ` (${row.fix})`}`),
    ...(report.log.length > 0 ? [language.trans.__('Log:'), ...report.log] : [])
  ].join('\n');
}
