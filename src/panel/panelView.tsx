/** The whole panel: sections top to bottom, footer, live regions. A pure view of the models. */
import * as React from 'react';
import { ClonesSection } from './clones/clonesSection';
import { EnvironmentProvider, useSignal, type PanelEnvironment } from './environment';
import { Footer } from './footer/footer';
import { IngestSection } from './ingest/ingestSection';
import { LineageSection } from './lineage/lineageSection';
import { LiveRegions } from './liveRegion';
import { TimelineSection } from './timeline/timelineSection';
import { VolumesSection } from './volumes/volumesSection';

export interface PanelViewProps {
  readonly environment: PanelEnvironment;
  /** Row of the timeline that a command wants to be shown; a new object for every wish. */
  readonly wish: { readonly row: number } | null;
}

/** The panel. */
export default function PanelView({ environment, wish }: PanelViewProps): JSX.Element {
  const { model, lineage, mirrors, state, visible } = environment;
  useSignal(model.changed);
  useSignal(model.timeline.changed);
  useSignal(lineage.changed);
  useSignal(mirrors.changed);
  useSignal(state.changed);
  React.useEffect(() => {
    if (!visible) {
      return;
    }
    const viewed = mirrors.view();
    return () => viewed.dispose();
  }, [mirrors, visible]);
  const { connection, volumes } = model;
  const unread = volumes.state === 'unreachable' && volumes.asOf === null;
  const blocked =
    connection.state === 'unavailable' ||
    connection.state === 'absent' ||
    connection.state === 'incompatible' ||
    connection.state === 'logged-out' ||
    (connection.state === 'unreachable' && unread);
  const nothingYet = blocked || (volumes.state === 'ready' && volumes.items.length === 0);
  const refused = unread || volumes.state === 'forbidden' || volumes.state === 'broken';
  const timelineOpen = state.isOpen('timeline');
  return (
    <EnvironmentProvider value={environment}>
      <div className="dm-panel dm-root">
        <VolumesSection
          blocked={blocked}
          grow={
            nothingYet ||
            refused ||
            (!timelineOpen && !state.isOpen('clones') && !(mirrors.isShown && state.isOpen('ingest')))
          }
        />
        {nothingYet || refused ? null : (
          <>
            <TimelineSection wish={wish} />
            <ClonesSection grow={!timelineOpen} />
            {mirrors.isShown ? <IngestSection grow={!timelineOpen && !state.isOpen('clones')} /> : null}
            {lineage.isShown ? <LineageSection /> : null}
          </>
        )}
        <Footer />
        <LiveRegions />
      </div>
    </EnvironmentProvider>
  );
}
