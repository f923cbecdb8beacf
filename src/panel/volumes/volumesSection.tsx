/** Volumes of this server; the selected one drives the timeline. */
import * as React from 'react';
import { updateIcon, volumeIcon } from '../../icons';
import { itemsOf } from '../../model/listState';
import { CommandIDs } from '../../tokens';
import { Button, IconButton } from '../button';
import { ConnectionState } from '../connectionState';
import { openMenuAt } from '../contextMenu';
import { run, useEnvironment } from '../environment';
import { moveInList } from '../gridKeys';
import { AsOf, ListFault } from '../listFault';
import { enterActions, isRightToLeft, keyOnAction } from '../rowActions';
import { Section } from '../section';
import { StateView } from '../stateView';
import { volumeMenu, VolumeRow } from './volumeRow';

/** The section; while Datamark can't answer, its cause and fix stand here. */
export function VolumesSection({ blocked, grow }: { blocked: boolean; grow: boolean }): JSX.Element {
  const environment = useEnvironment();
  const { trans, model, state } = environment;
  const { volumes } = model;
  const count = itemsOf(volumes).length;
  return (
    <Section
      name="volumes"
      title={trans.__('Volumes')}
      grow={grow}
      summary={state.isOpen('volumes') || blocked ? null : count}
      toolbar={
        <IconButton
          label={trans.__('Refresh')}
          icon={updateIcon}
          onClick={() => run(environment, CommandIDs.refresh)}
        />
      }
    >
      {blocked ? (
        <ConnectionState />
      ) : (
        <ListFault
          list={volumes}
          forbidden={trans.__('You may not see volumes')}
          stillThere={trans.__('Your volumes still exist. The answer was malformed, a fault in Datamark.')}
        >
          <VolumeList />
        </ListFault>
      )}
    </Section>
  );
}

function VolumeList(): JSX.Element {
  const environment = useEnvironment();
  const { trans, model, state, commands } = environment;
  const volumes = itemsOf(model.volumes);
  const selected = model.selectedVolume;
  const [moved, setMoved] = React.useState<string | null>(null);
  const list = React.useRef<HTMLDivElement>(null);
  if (volumes.length === 0) {
    return (
      <StateView
        icon={volumeIcon}
        heading={trans.__('No volumes found')}
        detail={trans.__('This server has no directory that Datamark works on.')}
        next={trans.__('An admin can add directories to the configuration of the server extension.')}
      >
        <Button label={trans.__('Check again')} onClick={() => run(environment, CommandIDs.refresh)} />
      </StateView>
    );
  }
  const active = Math.max(
    0,
    volumes.findIndex(({ id }) => id === (moved ?? selected?.id))
  );
  const select = (id: string) => {
    setMoved(id);
    model.selectVolume(id);
    state.set({ volume: id });
  };
  const rowId = (id: string) => `dm-vol-${id}`;
  const emptyTimeline =
    state.isOpen('timeline') &&
    model.timeline.list.state === 'ready' &&
    model.timeline.total === 0 &&
    !isFiltered(model);

  const onKeyDown = (event: React.KeyboardEvent<HTMLDivElement>) => {
    if (keyOnAction(event) || event.target !== event.currentTarget || event.altKey || event.metaKey || event.ctrlKey) {
      return;
    }
    const volume = volumes[active];
    const to = moveInList(event.key, active, volumes.length);
    const row = volume === undefined ? null : document.getElementById(rowId(volume.id));
    if (to !== null) {
      setMoved(volumes[to]?.id ?? null);
      document.getElementById(rowId(volumes[to]?.id ?? ''))?.scrollIntoView({ block: 'nearest' });
    } else if (volume !== undefined && (event.key === 'Enter' || event.key === ' ')) {
      select(volume.id);
    } else if (event.key === (isRightToLeft(event.currentTarget) ? 'ArrowLeft' : 'ArrowRight')) {
      enterActions(row);
    } else if (
      volume !== undefined &&
      row !== null &&
      (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10'))
    ) {
      openMenuAt(commands, volumeMenu(volume), row);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="dm-section-body">
      <AsOf list={model.volumes} />
      <div
        ref={list}
        role="grid"
        className="dm-grid"
        aria-label={trans.__('Volumes of this server')}
        aria-activedescendant={rowId(volumes[active]?.id ?? '')}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {volumes.map((volume, index) => (
          <VolumeRow
            key={volume.id}
            id={rowId(volume.id)}
            volume={volume}
            selected={volume.id === selected?.id}
            active={index === active}
            bare={emptyTimeline}
            onSelect={() => select(volume.id)}
          />
        ))}
      </div>
    </div>
  );
}

/** Whether the timeline shows only a part. */
function isFiltered(model: { timeline: { filter: { q: string; from: string | null; to: string | null } } }): boolean {
  const { q, from, to } = model.timeline.filter;
  return q !== '' || from !== null || to !== null;
}
