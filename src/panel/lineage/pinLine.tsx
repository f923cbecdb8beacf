/** What the panel has pinned for the notebook in front, and the way to end that. Nothing pinned: nothing is shown. */
import * as React from 'react';
import { fileName } from '../../dialogs/figures';
import { snapshotLabel } from '../../dialogs/words';
import { holdIcon } from '../../icons';
import { CommandIDs } from '../../tokens';
import { Button } from '../button';
import { run, useEnvironment, useSignal } from '../environment';
import { Icon } from '../icon';

/** The line. */
export function PinLine(): JSX.Element | null {
  const environment = useEnvironment();
  const { trans, model, lineage, visible } = environment;
  const { pins } = lineage;
  useSignal(pins.changed);
  React.useEffect(() => {
    if (!visible) {
      return;
    }
    const watched = pins.watch();
    return () => watched.dispose();
  }, [pins, visible]);
  const { front, content } = pins;
  if (front === null || front.kernel === null || content.state === 'unknown') {
    return null;
  }
  const notebook = fileName(front.path);
  if (content.state === 'refused') {
    return (
      <p className="dm-pin dm-dim">
        {trans.__('What the panel has pinned for %1 is not known: %2', notebook, content.problem.detail)}
      </p>
    );
  }
  const { snapshots } = content.pinned;
  if (snapshots.length === 0) {
    return null;
  }
  const labels = snapshots.map(({ snapshot, uid, volume }) => {
    const known = model.knownSnapshot(snapshot);
    return `${volume}: ${known !== null && known.uid === uid ? snapshotLabel(known) : snapshot}`;
  });
  return (
    <p
      className="dm-pin"
      title={trans.__(
        'Pinned from the panel. A pin that the notebook makes itself counts before it and is not shown here.'
      )}
    >
      <Icon icon={holdIcon} />
      <span>
        {trans.__('New runs of %1 are tagged with', notebook)} <bdi>{labels.join(', ')}</bdi>{' '}
        <Button
          label={trans.__('Unpin')}
          look="link"
          onClick={() => run(environment, CommandIDs.unpinNotebook, { path: front.path })}
        />
      </span>
    </p>
  );
}
