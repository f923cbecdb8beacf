/** What stands in place of a list, or above it, when it could not be read. */
import { copyIcon } from '@jupyterlab/ui-components';
import { problemSlug, type Problem } from '../../contract';
import * as React from 'react';
import { errorIcon, lockIcon, plugIcon } from '../icons';
import { CommandIDs, type Connection, type ListState } from '../tokens';
import { Button } from './button';
import { run, useEnvironment } from './environment';
import { Icon } from './icon';
import { showReport } from './showReport';
import { Skeleton, StateView } from './stateView';

export interface ListFaultProps {
  readonly list: ListState<unknown>;
  /** Heading when the list may not be seen, for example "You may not see snapshots". */
  readonly forbidden: string;
  /** What is safe although the list can't be shown. */
  readonly stillThere: string;
  /** The rows, where there are any to show. */
  readonly children: JSX.Element;
}

/** Loading, forbidden, broken, or unreachable with nothing to show; the rows where they are known. */
export function ListFault({ list, forbidden, stillThere, children }: ListFaultProps): JSX.Element {
  const environment = useEnvironment();
  const { trans, model } = environment;
  const again = () => run(environment, CommandIDs.refresh);
  switch (list.state) {
    case 'ready':
      return children;
    case 'loading':
      return <Skeleton />;
    case 'forbidden':
      return (
        <StateView icon={lockIcon} heading={forbidden} detail={list.problem.detail} next={list.problem.next}>
          <Button
            label={trans.__('Copy request')}
            icon={copyIcon}
            onClick={() => void navigator.clipboard.writeText(`${list.problem.detail} ${list.problem.next}`.trim())}
          />
          <Button label={trans.__('Show what is missing')} onClick={() => showReport(environment)} />
          <Button label={trans.__('Try again')} onClick={again} />
        </StateView>
      );
    case 'broken':
      // Datamark answered, in its own words: the list itself was not malformed.
      return problemSlug(list.problem.type) !== null ? (
        <StateView
          icon={errorIcon}
          heading={trans.__('The list can’t be shown')}
          detail={list.problem.detail}
          next={list.problem.next}
        >
          <Button label={trans.__('Try again')} onClick={again} />
          <Button label={trans.__('Show what is missing')} onClick={() => showReport(environment)} />
        </StateView>
      ) : (
        <StateView
          icon={errorIcon}
          heading={trans.__('The list can’t be shown')}
          next={stillThere}
          raw={list.problem.detail}
        >
          <Button label={trans.__('Try again')} onClick={again} />
          <Button
            label={trans.__('Copy details')}
            icon={copyIcon}
            onClick={() => void navigator.clipboard.writeText(JSON.stringify(list.problem, null, 2))}
          />
        </StateView>
      );
    case 'unreachable':
      return list.asOf !== null ? (
        children
      ) : (
        <StateView icon={plugIcon} heading={trans.__('No answer')} {...whyUnread(list.problem, model.connection)}>
          <Button label={trans.__('Try now')} onClick={again} />
        </StateView>
      );
  }
}

/** Line above rows that are not up to date: "… does not answer. Shown as of 14:12." */
export function AsOf({ list }: { list: ListState<unknown> }): JSX.Element | null {
  const environment = useEnvironment();
  const { trans, format, model } = environment;
  const stale = staleness(list, model.connection);
  if (stale === null) {
    return null;
  }
  return (
    <div className="dm-reason dm-as-of">
      <Icon icon={plugIcon} className="dm-warn" />
      <span>
        {stale.detail} {trans.__('Shown as of %1.', format.clock(stale.asOf))}{' '}
        <Button label={trans.__('Try now')} look="link" onClick={() => run(environment, CommandIDs.refresh)} />
      </span>
    </div>
  );
}

/** Why rows that are shown may be old, and from when they are; null: they are kept up to date. */
export function staleness(
  list: ListState<unknown>,
  connection: Connection
): { readonly detail: string; readonly asOf: Date } | null {
  if (list.state === 'unreachable') {
    return list.asOf === null ? null : { detail: list.problem.detail, asOf: list.asOf };
  }
  if (list.state !== 'ready' || connection.state !== 'online') {
    return null;
  }
  const { freshness } = connection.status;
  return freshness.current || freshness.asOf === null
    ? null
    : { detail: freshness.problem.detail, asOf: new Date(freshness.asOf) };
}

/** Why nothing was ever read: the status may know more by now than the request that was refused. */
function whyUnread(problem: Problem, connection: Connection): { readonly detail: string; readonly next: string } {
  const freshness = connection.state === 'online' ? connection.status.freshness : null;
  return freshness?.current === false ? freshness.problem : problem;
}
