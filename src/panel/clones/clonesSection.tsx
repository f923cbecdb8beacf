/** Clones: where each came from, who uses it, and its actions. */
import { ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Clone } from '../../../contract';
import { cloneIcon, errorIcon, pendingIcon, snapshotIcon, trashIcon } from '../../icons';
import { itemsOf } from '../../model/listState';
import { CommandIDs } from '../../tokens';
import { Button, IconButton } from '../button';
import { openMenuAt, type MenuEntry } from '../contextMenu';
import { run, useEnvironment, useNow } from '../environment';
import { Icon } from '../icon';
import { AsOf, ListFault } from '../listFault';
import { ObjectGrid } from '../objectGrid';
import { Section } from '../section';
import { originWords, stateWords } from './cloneWords';

/** The section. */
export function ClonesSection({ grow }: { grow: boolean }): JSX.Element {
  const { trans, format, model } = useEnvironment();
  const { clones } = model;
  const items = itemsOf(clones);
  const failed = items.filter(({ state }) => state.phase === 'failed').length;
  return (
    <Section
      name="clones"
      title={trans.__('Clones')}
      grow={grow}
      summary={
        clones.state !== 'ready' && clones.state !== 'unreachable' ? null : failed > 0 ? (
          <>
            <Icon icon={errorIcon} className="dm-bad" />
            {trans.__('%1 failed', format.count(failed))}
          </>
        ) : (
          format.count(items.length)
        )
      }
    >
      <ListFault
        list={clones}
        forbidden={trans.__('You may not see clones')}
        stillThere={trans.__('Your clones still exist. The answer was malformed, a fault in Datamark.')}
      >
        <CloneList />
      </ListFault>
    </Section>
  );
}

function cloneMenu(clone: Clone): MenuEntry[] {
  const args = { clone: clone.id };
  return [{ command: CommandIDs.openClone, args }, 'separator', { command: CommandIDs.deleteClone, args }];
}

function CloneList(): JSX.Element {
  const { trans, model, commands } = useEnvironment();
  const clones = itemsOf(model.clones);
  const [moved, setMoved] = React.useState<string | null>(null);
  if (clones.length === 0) {
    return (
      <div className="dm-section-body">
        <p className="dm-none">{trans.__('No clones yet. Clone… on a snapshot makes a copy you can write to.')}</p>
      </div>
    );
  }
  const onKey = (key: string, clone: Clone) => {
    if (key === 'Delete') {
      run({ commands, trans }, CommandIDs.deleteClone, { clone: clone.id });
    }
    return key === 'Delete';
  };
  return (
    <div className="dm-section-body">
      <AsOf list={model.clones} />
      <ObjectGrid
        label={trans.__('Clones')}
        rowPrefix="dm-clone-"
        items={clones}
        active={moved}
        onActive={setMoved}
        menu={cloneMenu}
        onKey={onKey}
      >
        {(clone, place) => <CloneRow {...place} clone={clone} onActive={() => setMoved(clone.id)} />}
      </ObjectGrid>
    </div>
  );
}

interface CloneRowProps {
  readonly clone: Clone;
  readonly id: string;
  readonly active: boolean;
  readonly onActive: () => void;
}

function CloneRow({ clone, id, active, onActive }: CloneRowProps): JSX.Element {
  const environment = useEnvironment();
  const { trans, format, model, commands } = environment;
  const { phase } = clone.state;
  const now = useNow(phase === 'pending' || phase === 'deleting' ? 1_000 : 60_000);
  const args = { clone: clone.id };
  const making = model.operations.find(
    ({ object, state }) => object.kind === 'clone' && object.name === clone.id && state !== 'failed'
  );
  const origin = originWords(clone, trans);
  const words = stateWords(clone, now, format, trans);
  // Nothing happens to it before a server uses it: it can be opened and deleted like a ready one.
  const waits = clone.state.phase === 'pending' && clone.state.awaitsUse === true;
  const busy = (phase === 'pending' && !waits) || phase === 'deleting';
  const mark = waits ? (
    <Icon icon={pendingIcon} />
  ) : busy ? (
    <Icon icon={pendingIcon} className="dm-busy dm-spin" />
  ) : phase === 'failed' ? (
    <Icon icon={errorIcon} className="dm-bad" />
  ) : (
    <Icon icon={cloneIcon} />
  );
  return (
    <div
      className={`dm-row${active ? ' is-active' : ''}`}
      role="row"
      id={id}
      aria-label={[clone.name, origin, words].join(', ')}
      onClick={onActive}
      onContextMenu={event => {
        event.preventDefault();
        event.stopPropagation();
        onActive();
        openMenuAt(commands, cloneMenu(clone), event.currentTarget);
      }}
    >
      {mark}
      <span className="dm-trunc" role="gridcell" title={clone.path ?? clone.id}>
        <bdi>{clone.name}</bdi>
      </span>
      <span className="dm-chips" role="gridcell">
        {making !== undefined && phase === 'pending' && !waits ? (
          <Button
            label={trans.__('Cancel')}
            tabIndex={-1}
            disabled={making.cancel.available ? null : making.cancel.reason}
            onClick={() => run(environment, CommandIDs.cancelOperation, { operation: making.id })}
          />
        ) : phase === 'ready' || waits ? (
          <Button label={trans.__('Open')} tabIndex={-1} onClick={() => run(environment, CommandIDs.openClone, args)} />
        ) : null}
        {busy ? (
          <IconButton
            label={trans.__('More actions for %1', clone.name)}
            icon={ellipsesIcon}
            popup="menu"
            tabIndex={-1}
            onClick={event => openMenuAt(commands, cloneMenu(clone), event.currentTarget)}
          />
        ) : (
          <IconButton
            label={trans.__('Delete %1…', clone.name)}
            icon={trashIcon}
            tabIndex={-1}
            onClick={() => run(environment, CommandIDs.deleteClone, args)}
          />
        )}
      </span>
      <div className="dm-row-sub" role="gridcell">
        <Icon icon={snapshotIcon} className="dm-icon-s" />
        <span className="dm-trunc" title={origin}>
          <bdi>{origin}</bdi>
        </span>
      </div>
      {clone.state.phase === 'failed' ? (
        <div className="dm-snap-msg" role="gridcell">
          {trans.__('Not created: %1', clone.state.problem.detail)} {clone.state.problem.next}
        </div>
      ) : (
        <div className="dm-row-sub" role="gridcell">
          <span
            className={phase === 'ready' ? 'dm-trunc' : 'dm-row-words'}
            title={clone.usedBy.known ? words : clone.usedBy.reason}
          >
            {words}
          </span>
        </div>
      )}
      {phase === 'pending' && !waits ? (
        <div role="gridcell" className="dm-row-progress">
          <div className="dm-indet" role="progressbar" aria-label={trans.__('Clone is being created')} />
        </div>
      ) : null}
    </div>
  );
}
