/** Snapshots of the selected volume: search, date filter, list, and what stands in its place. */
import { searchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { whyNotVolume } from '../../commands/reasons';
import { datamarkIcon, offIcon, snapshotIcon } from '../../icons';
import { UNKNOWN } from '../../model/format';
import { itemsOf } from '../../model/listState';
import { CommandIDs } from '../../tokens';
import { Button } from '../button';
import { run, useEnvironment } from '../environment';
import { showReport } from '../showReport';
import { Icon } from '../icon';
import { AsOf, ListFault } from '../listFault';
import { useRuns } from '../lineage/useRuns';
import { Section } from '../section';
import { StateView } from '../stateView';
import { DateFilter } from './dateFilter';
import { ElsewhereLine, LookElsewhere } from './elsewhere';
import { emptyWords } from './emptyWords';
import { TimelineList } from './timelineList';

/** The same thing from a notebook; code, so never translated. */
const MAGIC = '%datamark snapshot';

export interface TimelineSectionProps {
  /** Row that a command wants to be shown; a new object for every wish. */
  readonly wish: { readonly row: number } | null;
}

/** The section. */
export function TimelineSection({ wish }: TimelineSectionProps): JSX.Element {
  const { trans, format, model } = useEnvironment();
  const { timeline } = model;
  const volume = model.selectedVolume;
  const known = timeline.list.state === 'ready' || timeline.list.state === 'unreachable';
  const none = volume !== null && !volume.can.snapshot.available && timeline.total === 0;
  return (
    <Section
      name="timeline"
      title={trans.__('Timeline')}
      grow
      summary={
        volume === null ? null : (
          <>
            <bdi className="dm-trunc">{volume.name}</bdi>
            {known ? <span>· {none ? UNKNOWN : format.count(timeline.total)}</span> : null}
          </>
        )
      }
    >
      <ListFault
        list={timeline.list}
        forbidden={trans.__('You may not see snapshots')}
        stillThere={trans.__('Your snapshots still exist. The answer was malformed, a fault in Datamark.')}
      >
        <TimelineBody wish={wish} />
      </ListFault>
    </Section>
  );
}

function TimelineBody({ wish }: TimelineSectionProps): JSX.Element {
  const { trans, model, lineage } = useEnvironment();
  const { timeline } = model;
  const { q, from, to } = timeline.filter;
  const filtered = q !== '' || from !== null || to !== null;
  const rows = itemsOf(timeline.list);
  const search = React.useRef<HTMLInputElement>(null);
  const list = React.useRef<HTMLDivElement>(null);
  // The model tells its changes a frame later: the field must not be set back to what it held before a key meanwhile.
  const [typed, setTyped] = React.useState(q);
  React.useEffect(() => setTyped(q), [q]);
  const searchFor = (words: string) => {
    setTyped(words);
    timeline.setFilter({ q: words });
  };
  const [goTo, setGoTo] = React.useState<{ readonly row: number } | null>(null);
  React.useEffect(() => setGoTo(wish), [wish]);

  if (rows.length === 0 && !filtered) {
    return <EmptyTimeline />;
  }
  const volume = model.selectedVolume;
  const toList = () => list.current?.querySelector<HTMLElement>('[role="grid"]')?.focus();
  const goToDay = (day: string) => {
    const row = rows.findIndex(one => one.type === 'day' && one.day <= day);
    setGoTo({ row: row < 0 ? rows.length - 1 : row });
    toList();
  };
  return (
    <div ref={list} className="dm-timeline-body">
      <div className="dm-filter">
        <div className="dm-search">
          <Icon icon={searchIcon} />
          <input
            ref={search}
            type="search"
            placeholder={trans.__('Search titles, notes, notebooks')}
            aria-label={trans.__('Search titles, notes, notebooks')}
            maxLength={200}
            value={typed}
            onChange={event => searchFor(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Escape') {
                event.stopPropagation();
                event.preventDefault();
                if (typed === '') {
                  toList();
                } else {
                  searchFor('');
                }
              } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
                event.preventDefault();
                toList();
              }
            }}
          />
        </div>
        <DateFilter onGoTo={goToDay} />
      </div>
      <AsOf list={timeline.list} />
      {volume !== null && lineage.isShown ? <AskedRuns key={volume.id} volume={volume.id} /> : null}
      <ElsewhereLine />
      {rows.length === 0 ? (
        <StateView
          icon={offIcon}
          heading={trans.__('Nothing found')}
          detail={trans.__('No snapshot matches the filter.')}
        >
          <Button
            label={trans.__('Clear filter')}
            onClick={() => timeline.setFilter({ q: '', from: null, to: null })}
          />
        </StateView>
      ) : (
        <TimelineList
          rows={rows}
          volumeName={volume?.name ?? ''}
          onSearch={() => search.current?.focus()}
          wish={goTo}
        />
      )}
    </div>
  );
}

/** Asks for the runs of a volume while its rows are visible, for their chips. The same request serves the section Lineage. */
function AskedRuns({ volume }: { readonly volume: string }): null {
  useRuns({ kind: 'volume', id: volume });
  return null;
}

function EmptyTimeline(): JSX.Element {
  const environment = useEnvironment();
  const { trans, model } = environment;
  const volume = model.selectedVolume;
  const name = volume?.name ?? '';
  if (volume !== null && !volume.can.snapshot.available) {
    return (
      <StateView
        icon={offIcon}
        heading={trans.__('%1 can’t have snapshots', name)}
        detail={volume.can.snapshot.reason}
        next={volume.can.snapshot.fix}
      >
        <Button label={trans.__('Show what is missing')} onClick={() => showReport(environment)} />
        <LookElsewhere />
      </StateView>
    );
  }
  const making = model.operations.find(
    one => one.volume === volume?.id && one.verb === 'snapshot' && one.state !== 'failed'
  );
  return (
    <StateView
      icon={datamarkIcon}
      heading={trans.__('No snapshots of %1 yet', name)}
      next={volume === null ? undefined : emptyWords(volume, trans)}
      after={
        <p>
          {trans.__('In a notebook:')} <code className="dm-mono">{MAGIC}</code>
        </p>
      }
    >
      <Button
        label={trans.__('Snapshot %1', name)}
        look="primary"
        icon={snapshotIcon}
        disabled={
          whyNotVolume(model, 'snapshot', volume, trans) ??
          (making === undefined ? null : trans.__('A snapshot of %1 is being made.', name))
        }
        onClick={() => run(environment, CommandIDs.createSnapshot, volume === null ? {} : { volume: volume.id })}
      />
      <LookElsewhere />
    </StateView>
  );
}
