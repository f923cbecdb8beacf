/** What stands in place of runs: loading, not set up, refused. Empty is said by who shows them. */
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { problemSlug } from '../../../contract';
import { errorIcon, lockIcon, offIcon, plugIcon } from '../../icons';
import type { FoundRuns, RunsLook } from '../../model/runsLook';
import { Button } from '../button';
import { useEnvironment } from '../environment';
import { Icon } from '../icon';
import { Skeleton, StateView } from '../stateView';

export interface LineageStateProps {
  readonly look: RunsLook;
  /** The rows, where runs were found, now or before. */
  readonly children: (found: FoundRuns) => JSX.Element;
}

/** The state, or the rows with what is wrong now above them. */
export function LineageState({ look, children }: LineageStateProps): JSX.Element {
  const { trans, format } = useEnvironment();
  const { content } = look;
  switch (content.state) {
    case 'unasked':
      return (
        <StateView icon={offIcon} heading={trans.__('MLflow was not asked to the end')}>
          <Button label={trans.__('Ask MLflow')} onClick={() => void look.look()} />
        </StateView>
      );
    case 'ready':
      return children(content.found);
    case 'loading':
      return content.before !== null ? (
        children(content.before)
      ) : (
        <>
          <Skeleton />
          {content.known === 0 ? null : (
            <div className="dm-lineage-progress" role="status">
              <span>
                {trans.__('Searched %1 of %2 experiments', format.count(content.searched), format.count(content.known))}
              </span>
              <Button label={trans.__('Cancel')} onClick={() => look.cancel()} />
            </div>
          )}
        </>
      );
    case 'not-set-up':
      return (
        <StateView
          icon={offIcon}
          heading={trans.__('MLflow is not set up')}
          detail={content.reason ?? ''}
          next={content.fix}
        />
      );
    case 'refused': {
      const { problem, before } = content;
      const slug = problemSlug(problem.type);
      const again = <Button label={trans.__('Try again')} onClick={() => void look.look()} />;
      if (before !== null) {
        return (
          <>
            <div className="dm-reason dm-as-of">
              <Icon icon={plugIcon} className="dm-warn" />
              <span>
                {problem.detail} {trans.__('Shown as of %1.', format.clock(before.asOf))} {again}
              </span>
            </div>
            {children(before)}
          </>
        );
      }
      const silent = slug === 'mlflow-unreachable' || problem.status === 0 || slug === 'sidecar-timeout';
      return (
        <StateView
          icon={slug === 'forbidden' ? lockIcon : silent ? plugIcon : errorIcon}
          heading={slug === 'forbidden' ? trans.__('You may not see runs') : problem.title}
          detail={problem.detail}
          next={problem.next}
        >
          {again}
          <Button
            label={trans.__('Copy details')}
            icon={copyIcon}
            onClick={() => void navigator.clipboard.writeText(JSON.stringify(problem, null, 2))}
          />
        </StateView>
      );
    }
  }
}
