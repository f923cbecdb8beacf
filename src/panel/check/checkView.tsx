/** The check report as a list: what is missing first, then what needs attention, then what is fine. */
import { copyIcon, type LabIcon, listIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { CheckFinding, CheckState } from '../../../contract';
import { errorIcon, offIcon, okIcon, plugIcon, unknownIcon, updateIcon, warnIcon } from '../../icons';
import type { Format } from '../../model/format';
import { Button, IconButton } from '../button';
import { Icon } from '../icon';
import type { CheckContent } from './checkModel';
import { reportText, stateName, summaryWords } from './checkWords';

export interface CheckViewProps {
  readonly content: CheckContent;
  readonly trans: TranslationBundle;
  readonly format: Format;
  readonly now: Date;
  readonly onLook: () => void;
  /** Rejects where the browser does not allow it. */
  readonly copyText: (text: string) => Promise<void>;
}

const LOOKS: Record<CheckState, { readonly icon: LabIcon; readonly className: string }> = {
  ok: { icon: okIcon, className: 'dm-ok' },
  warning: { icon: warnIcon, className: 'dm-warn' },
  failed: { icon: errorIcon, className: 'dm-bad' },
  unknown: { icon: unknownIcon, className: 'dm-dim' },
  'not-applicable': { icon: offIcon, className: 'dm-dim' }
};

/** Heading, buttons and the list. */
export function CheckView({ content, trans, format, now, onLook, copyText }: CheckViewProps): JSX.Element {
  const [copied, setCopied] = React.useState('');
  const copy = (text: string): void => {
    copyText(text).then(
      () => setCopied(trans.__('Copied.')),
      () => setCopied(trans.__('The browser does not allow copying. Select the text instead.'))
    );
  };
  const looking = content.state === 'loading' || (content.state === 'ready' && content.looking);
  const summary =
    content.state === 'ready'
      ? `${summaryWords(content.report, trans)} · ${trans.__('checked %1', format.agoAlone(content.report.checkedAt, now))}`
      : '';
  return (
    <>
      <div className="dm-check-head">
        <Icon icon={listIcon} />
        <h3>{trans.__('Datamark check')}</h3>
        <span className="dm-dim dm-num dm-check-summary" role="status">
          {looking ? trans.__('Checking…') : summary} {copied}
        </span>
        {content.state === 'ready' ? (
          <Button
            label={trans.__('Copy report')}
            title={trans.__('Put the whole report on the clipboard as text, for an admin')}
            icon={copyIcon}
            onClick={() => copy(reportText(content.report, trans))}
          />
        ) : null}
        <Button
          label={trans.__('Check again')}
          icon={updateIcon}
          disabled={looking ? trans.__('It is being checked.') : null}
          onClick={onLook}
        />
      </div>
      <Content content={content} trans={trans} copy={copy} />
    </>
  );
}

interface ContentProps extends Pick<CheckViewProps, 'content' | 'trans'> {
  readonly copy: (text: string) => void;
}

function Content({ content, trans, copy }: ContentProps): JSX.Element {
  switch (content.state) {
    case 'loading':
      return (
        <div className="dm-skel" role="status" aria-busy="true" aria-label={trans.__('Checking…')}>
          {[62, 40, 75, 52].map(width => (
            <i key={width} style={{ width: `${width}%` }} />
          ))}
        </div>
      );
    case 'failed':
      return (
        <div className="dm-state" role="alert">
          <Icon icon={plugIcon} />
          <h4>{content.problem.title}</h4>
          <p className="is-strong">{content.problem.detail}</p>
          <p>{content.problem.next}</p>
        </div>
      );
    case 'ready':
      return content.report.findings.length === 0 ? (
        <div className="dm-state">
          <Icon icon={unknownIcon} />
          <h4>{trans.__('Nothing was looked at')}</h4>
          <p>{trans.__('The storage reports nothing that could be missing.')}</p>
        </div>
      ) : (
        <ul className="dm-check-list" tabIndex={0} aria-label={trans.__('Findings, what is missing first')}>
          {content.report.findings.map(finding => (
            <Finding key={finding.id} finding={finding} trans={trans} copy={copy} />
          ))}
        </ul>
      );
  }
}

interface FindingProps extends Pick<ContentProps, 'trans' | 'copy'> {
  readonly finding: CheckFinding;
}

function Finding({ finding, trans, copy }: FindingProps): JSX.Element {
  const { title, message, fix, command, state } = finding;
  const { icon, className } = LOOKS[state];
  return (
    <li className="dm-checkrow">
      <Icon icon={icon} className={className} />
      <b>
        <span className="dm-sr">{stateName(state, trans)}: </span>
        <bdi>{title}</bdi>
      </b>
      <div>
        <p className="is-strong">{message}</p>
        {fix === '' ? null : <p>{fix}</p>}
        {command === null ? null : (
          <div className="dm-cmd">
            <code>{command}</code>
            <IconButton label={trans.__('Copy the command')} icon={copyIcon} onClick={() => copy(command)} />
          </div>
        )}
      </div>
    </li>
  );
}
