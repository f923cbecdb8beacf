/** Footer: operations in flight, failed ones until they were looked at, and the connection line. */
import * as React from 'react';
import type { Operation } from '../../../contract';
import { caretIcon, closeIcon, errorIcon, pendingIcon } from '../../icons';
import { itemsOf } from '../../model/listState';
import { CommandIDs } from '../../tokens';
import { IconButton } from '../button';
import { run, useEnvironment, useNow } from '../environment';
import { Icon } from '../icon';
import { reportCommand, showReport } from '../showReport';
import { connectionLine, countsSeconds, operationWords } from './footerWords';

/** The footer. */
export function Footer(): JSX.Element {
  const { trans, model } = useEnvironment();
  return (
    <div className="dm-footer" role="group" aria-label={trans.__('Datamark status')}>
      {model.operations.map(operation => (
        <OperationRow key={operation.id} operation={operation} />
      ))}
      <ConnectionRow />
    </div>
  );
}

function OperationRow({ operation }: { operation: Operation }): JSX.Element {
  const environment = useEnvironment();
  const { trans, format, model } = environment;
  const failed = operation.state === 'failed';
  const words = operationWords(operation, trans, itemsOf(model.restores));
  const { text, done, total, unit } = operation.progress;
  const amount =
    unit === 'bytes' && done !== null
      ? total === null
        ? format.bytes(done)
        : format.usedOf({ known: true, bytes: done }, { known: true, bytes: total })
      : null;
  return (
    <div className={`dm-footer-row${failed ? ' is-failed' : ''}`}>
      <Icon icon={failed ? errorIcon : pendingIcon} className={failed ? 'dm-bad' : 'dm-busy dm-spin'} />
      <span className="dm-trunc" title={failed ? words : [words, text].filter(part => part !== '').join('\n')}>
        <bdi>{words}</bdi>
      </span>
      {failed ? null : (
        <span className="dm-dim dm-num dm-op-figures">
          {amount === null ? null : `${amount} · `}
          <Since instant={operation.startedAt} />
        </span>
      )}
      {failed ? (
        <IconButton label={trans.__('Dismiss')} icon={closeIcon} onClick={() => model.dismissOperation(operation.id)} />
      ) : (
        <IconButton
          label={trans.__('Cancel')}
          icon={closeIcon}
          disabled={
            operation.state === 'cancelling'
              ? trans.__('It is being cancelled.')
              : operation.cancel.available
                ? null
                : operation.cancel.reason
          }
          onClick={() => run(environment, CommandIDs.cancelOperation, { operation: operation.id })}
        />
      )}
    </div>
  );
}

/** Elapsed time, counted while the panel is visible. */
function Since({ instant }: { instant: string }): JSX.Element {
  const { format } = useEnvironment();
  return <>{format.duration(useNow(1_000).getTime() - Date.parse(instant))}</>;
}

function ConnectionRow(): JSX.Element {
  const environment = useEnvironment();
  const { trans, format, model } = environment;
  const now = useNow(countsSeconds(model.connection) ? 1_000 : 60_000);
  const { icon, look, text } = connectionLine(model.connection, now, format, trans);
  return (
    <button
      type="button"
      className="dm-footer-row"
      title={`${text}\n${reportCommand(environment) === CommandIDs.check ? trans.__('Show the check report') : trans.__('Show the status')}`}
      onClick={() => showReport(environment)}
    >
      <Icon icon={icon} className={look} />
      <span className="dm-trunc">{text}</span>
      <Icon icon={caretIcon} className="dm-dim dm-next" />
    </button>
  );
}
