/** The dialog that shows how the page stands towards the server part: connection, versions, what is off and why. */
import { UseSignal } from '@jupyterlab/apputils';
import * as React from 'react';
import { Icon } from '../panel/icon';
import { errorIcon, okIcon, warnIcon } from '../icons';
import type { IDatamarkModel } from '../tokens';
import type { ILanguage } from './figures';
import { askDialog } from './liveDialog';
import { type IStatusReport, type IStatusRow, reportText, statusReport } from './statusLines';

/** Shows the report, live, until it is closed; Copy puts it on the clipboard as text. */
export async function showStatusReport(
  model: IDatamarkModel,
  copyText: (text: string) => Promise<void>,
  language: ILanguage
): Promise<void> {
  const { trans } = language;
  await askDialog(
    {
      face: {
        title: trans.__('Datamark status'),
        buttons: [{ id: 'close', label: trans.__('Close'), look: 'accept' }]
      },
      body: () => (
        <UseSignal signal={model.changed}>
          {() => <Body report={statusReport(model.connection, language)} copyText={copyText} language={language} />}
        </UseSignal>
      ),
      focus: { button: 'close' },
      enter: null,
      wide: true
    },
    () => {
      const hold = model.hold();
      return () => {
        hold.dispose();
      };
    }
  );
}

interface IBodyProps {
  readonly report: IStatusReport;
  readonly copyText: (text: string) => Promise<void>;
  readonly language: ILanguage;
}

function Body({ report, copyText, language }: IBodyProps): React.ReactElement {
  const { trans } = language;
  const [copied, setCopied] = React.useState<string | null>(null);
  const copy = () => {
    copyText(reportText(report, language)).then(
      () => {
        setCopied(trans.__('Copied.'));
      },
      () => {
        setCopied(trans.__('The browser does not allow copying. Select the text instead.'));
      }
    );
  };
  return (
    <div className="dm-status-report">
      <ul className="dm-checks">
        {report.rows.map(row => (
          <Row key={`${row.name} ${row.text}`} row={row} />
        ))}
      </ul>
      <dl className="dm-facts">
        {report.facts.map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </React.Fragment>
        ))}
      </dl>
      {report.log.length === 0 ? null : (
        <>
          <h4>{trans.__('Last lines of the log')}</h4>
          <pre className="dm-log" tabIndex={0}>
            {report.log.join('\n')}
          </pre>
        </>
      )}
      <p>
        <button type="button" className="dm-btn" onClick={copy}>
          {trans.__('Copy')}
        </button>{' '}
        <span className="dm-small" role="status">
          {copied}
        </span>
      </p>
    </div>
  );
}

const ROW_ICONS = { ok: okIcon, warn: warnIcon, bad: errorIcon };

function Row({ row }: { row: IStatusRow }): React.ReactElement {
  return (
    <li>
      <Icon icon={ROW_ICONS[row.look]} className={`dm-${row.look}`} />
      <b>{row.name}</b>
      <span>
        {row.text} {row.fix === '' ? null : <span className="dm-dim">{row.fix}</span>}
      </span>
    </li>
  );
}
