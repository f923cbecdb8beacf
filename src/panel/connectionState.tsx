/** What the panel shows in place of everything while Datamark can't answer: cause and fix, or nothing to say (null). */
import { copyIcon, runIcon } from '@jupyterlab/ui-components';
import type { UnavailableStatus } from '../../contract';
import * as React from 'react';
import { API_MAJOR } from '../../contract';
import { errorIcon, lockIcon, plugIcon, updateIcon, warnIcon } from '../icons';
import { CommandIDs } from '../tokens';
import { Button } from './button';
import { run, useEnvironment } from './environment';
import { Skeleton, StateView } from './stateView';

/** Whether the connection leaves nothing to show but its own state. */
export function ConnectionState(): JSX.Element | null {
  const environment = useEnvironment();
  const { trans, model } = environment;
  const { connection } = model;
  const again = () => run(environment, CommandIDs.refresh);
  switch (connection.state) {
    case 'unavailable':
      return <Unavailable status={connection.status} />;
    case 'absent':
      return (
        <StateView
          icon={plugIcon}
          heading={trans.__('Datamark is missing on the server')}
          detail={trans.__('The panel is here, but this Jupyter server does not have the server part of Datamark.')}
          next={trans.__(
            'Install jupyterlab-datamark where the Jupyter server runs, or enable its server extension jupyterlab_datamark. Then restart the server.'
          )}
        >
          <Button label={trans.__('Check again')} onClick={again} />
        </StateView>
      );
    case 'incompatible':
      return (
        <StateView
          icon={warnIcon}
          heading={trans.__('Reload the page')}
          detail={trans.__(
            'The server speaks version %1 of Datamark’s interface, this page version %2.',
            connection.serverMajor,
            API_MAJOR
          )}
        >
          <Button
            label={trans.__('Reload')}
            look="primary"
            icon={updateIcon}
            onClick={() => window.location.reload()}
          />
        </StateView>
      );
    case 'logged-out':
      return (
        <StateView
          icon={lockIcon}
          heading={trans.__('Reload the page')}
          detail={connection.problem.detail}
          next={trans.__('The server may have been started anew since this page was loaded. Nothing is lost by that.')}
        >
          <Button
            label={trans.__('Reload')}
            look="primary"
            icon={updateIcon}
            onClick={() => window.location.reload()}
          />
          <Button label={trans.__('Try again')} onClick={again} />
        </StateView>
      );
    case 'unreachable':
      return model.volumes.state === 'unreachable' && model.volumes.asOf === null ? (
        <StateView
          icon={plugIcon}
          heading={trans.__('No answer')}
          detail={connection.problem.detail}
          next={connection.problem.next}
        >
          <Button label={trans.__('Try now')} onClick={again} />
        </StateView>
      ) : null;
    case 'idle':
    case 'connecting':
    case 'online':
      return null;
  }
}

function Unavailable({ status }: { status: UnavailableStatus }): JSX.Element {
  const environment = useEnvironment();
  const { trans } = environment;
  const again = () => run(environment, CommandIDs.refresh);
  if (status.cause === 'starting') {
    return <Skeleton />;
  }
  if (status.cause === 'node-missing' || status.cause === 'node-too-old') {
    return (
      <StateView
        icon={plugIcon}
        heading={trans.__('Node.js 22.19 or newer is needed')}
        detail={status.detail}
        next={status.fix}
      >
        <Button label={trans.__('Check again')} onClick={again} />
      </StateView>
    );
  }
  const log = status.log.join('\n');
  return (
    <StateView
      icon={errorIcon}
      heading={trans.__('Datamark is not running')}
      detail={status.detail}
      next={status.fix}
      raw={log}
    >
      <Button label={trans.__('Start again')} look="primary" icon={runIcon} onClick={again} />
      {log === '' ? null : (
        <Button
          label={trans.__('Copy log')}
          icon={copyIcon}
          onClick={() => void navigator.clipboard.writeText(`${status.detail}\n${log}`)}
        />
      )}
    </StateView>
  );
}
