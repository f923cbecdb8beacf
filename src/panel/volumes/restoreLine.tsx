/** The line of a volume that is being restored, in place of its buttons; where only its server keeps it, the way to go on. */
import * as React from 'react';
import type { Restore } from '../../../contract';
import { whyNotStop } from '../../commands/reasons';
import { pendingIcon, warnIcon } from '../../icons';
import { waitsForServer } from '../../model/restoresUnderWay';
import { CommandIDs } from '../../tokens';
import { Button } from '../button';
import { run, useEnvironment, useNow } from '../environment';
import { Icon } from '../icon';
import { underWayWords } from './restoreLineWords';

/** How often the moment it goes back to is written anew, ms. */
const MINUTE = 30_000;

/** A cell of the volume's row. */
export function RestoreLine({ restore }: { readonly restore: Restore }): JSX.Element {
  const environment = useEnvironment();
  const { trans, format, model } = environment;
  const now = useNow(MINUTE);
  const waits = waitsForServer(restore);
  const whyNot = whyNotStop(model, restore.id, trans);
  return (
    <div className="dm-vol-restore" role="gridcell">
      <span>
        <Icon icon={waits ? warnIcon : pendingIcon} className={waits ? 'dm-warn' : 'dm-busy dm-spin'} />
        <span>{underWayWords(restore, now, format, trans)}</span>
      </span>
      {waits ? (
        <Button
          label={trans.__('Stop server now')}
          tabIndex={-1}
          disabled={whyNot}
          onClick={() => run(environment, CommandIDs.stopServer, { restore: restore.id })}
        />
      ) : null}
    </div>
  );
}
