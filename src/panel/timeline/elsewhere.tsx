/** Snapshots that were not made with Datamark and are too many to be listed unasked: what is known, and a look at all. */
import * as React from 'react';
import { offIcon, pendingIcon, warnIcon } from '../../icons';
import { CommandIDs } from '../../tokens';
import { Button } from '../button';
import { run, useEnvironment } from '../environment';
import { Icon } from '../icon';
import { elsewhereWords } from './elsewhereWords';

/** Line above the rows, while there is something to say about other snapshots. */
export function ElsewhereLine(): JSX.Element | null {
  const { trans, format, model } = useEnvironment();
  const volume = model.selectedVolume;
  const words = volume === null ? null : elsewhereWords(volume, format, trans);
  if (volume === null || words === null) {
    return null;
  }
  const icon =
    words.look === 'running' ? (
      <Icon icon={pendingIcon} className="dm-busy dm-spin" />
    ) : words.look === 'failed' ? (
      <Icon icon={warnIcon} className="dm-warn" />
    ) : (
      <Icon icon={offIcon} />
    );
  return (
    <div className="dm-reason dm-as-of" role="status">
      {icon}
      <span>
        {words.text} <LookElsewhere link />
      </span>
    </div>
  );
}

/** The button, where looking is of use. */
export function LookElsewhere({ link = false }: { link?: boolean }): JSX.Element | null {
  const environment = useEnvironment();
  const { trans, format, model } = environment;
  const volume = model.selectedVolume;
  if (volume === null || elsewhereWords(volume, format, trans)?.canLook !== true) {
    return null;
  }
  return (
    <Button
      label={trans.__('Look for snapshots made elsewhere')}
      look={link ? 'link' : 'plain'}
      onClick={() => run(environment, CommandIDs.lookElsewhere, { volume: volume.id })}
    />
  );
}
