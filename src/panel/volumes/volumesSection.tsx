/** Volumes of this server; the selected one drives the timeline. */
import * as React from 'react';
import type { Volume } from '../../../contract';
import { updateIcon, volumeIcon } from '../../icons';
import { itemsOf } from '../../model/listState';
import { CommandIDs } from '../../tokens';
import { Button, IconButton } from '../button';
import { ConnectionState } from '../connectionState';
import { run, useEnvironment } from '../environment';
import { showReport } from '../showReport';
import { AsOf, ListFault } from '../listFault';
import { ObjectGrid } from '../objectGrid';
import { Section } from '../section';
import { StateView } from '../stateView';
import { noVolumesWords } from './noVolumesWords';
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
  const { trans, model, state } = environment;
  const volumes = itemsOf(model.volumes);
  const selected = model.selectedVolume;
  const [moved, setMoved] = React.useState<string | null>(null);
  if (volumes.length === 0) {
    return (
      <StateView icon={volumeIcon} heading={trans.__('No volumes found')} {...noVolumesWords(model.connection, trans)}>
        <Button label={trans.__('Check again')} onClick={() => run(environment, CommandIDs.refresh)} />
        <Button label={trans.__('Show what is missing')} onClick={() => showReport(environment)} />
      </StateView>
    );
  }
  const select = (id: string) => {
    setMoved(id);
    model.selectVolume(id);
    state.set({ volume: id });
  };
  const emptyTimeline =
    state.isOpen('timeline') &&
    model.timeline.list.state === 'ready' &&
    model.timeline.total === 0 &&
    !isFiltered(model);

  const onKey = (key: string, volume: Volume) => {
    const selects = key === 'Enter' || key === ' ';
    if (selects) {
      select(volume.id);
    }
    return selects;
  };

  return (
    <div className="dm-section-body">
      <AsOf list={model.volumes} />
      <ObjectGrid
        label={trans.__('Volumes of this server')}
        rowPrefix="dm-vol-"
        items={volumes}
        active={moved ?? selected?.id ?? null}
        onActive={setMoved}
        menu={volumeMenu}
        onKey={onKey}
      >
        {(volume, place) => (
          <VolumeRow
            {...place}
            volume={volume}
            selected={volume.id === selected?.id}
            bare={emptyTimeline}
            onSelect={() => select(volume.id)}
          />
        )}
      </ObjectGrid>
    </div>
  );
}

/** Whether the timeline shows only a part. */
function isFiltered(model: { timeline: { filter: { q: string; from: string | null; to: string | null } } }): boolean {
  const { q, from, to } = model.timeline.filter;
  return q !== '' || from !== null || to !== null;
}
