/** What the tab Lineage shows: the graph of a snapshot or a volume, the runs of the notebook, and what data differs between two. */
import { UseSignal } from '@jupyterlab/apputils';
import * as React from 'react';
import type { Snapshot, Volume } from '../../../contract';
import { saveFile } from '../../commands/saveFile';
import { snapshotLabel } from '../../dialogs/words';
import { cloneIcon, compareIcon, lineageIcon, openIcon, runIcon, updateIcon } from '../../icons';
import { isDataOf, type LineageSubject } from '../../model/lineageModel';
import type { FoundRuns, SeenRun } from '../../model/runsLook';
import { webPage } from '../../model/webPage';
import { CommandIDs, type IDatamarkApi } from '../../tokens';
import { Button } from '../button';
import { EnvironmentProvider, run, useEnvironment, useNow, type PanelEnvironment } from '../environment';
import { Icon } from '../icon';
import { Differences } from './differences';
import { graphPicture, graphText } from './graphImage';
import { lineageGraph } from './lineageGraph';
import { LineageGraphView } from './lineageGraphView';
import { LineageState } from './lineageState';
import { foundWords, runName, sharedMetric } from './lineageWords';
import { PinLine } from './pinLine';
import { RunsTable } from './runsTable';
import { useRuns } from './useRuns';

/** More runs than these make no picture. */
const MOST_DRAWN = 12;
const SECOND = 1_000;

/** What the tab is about. */
export interface ShownLineage {
  readonly volume: Volume;
  /** null: all that runs name. */
  readonly snapshot: Snapshot | null;
  /** Path of the notebook whose runs are listed; null: those of the volume. */
  readonly notebook: string | null;
}

export interface LineageViewProps {
  readonly environment: PanelEnvironment;
  readonly api: Pick<IDatamarkApi, 'runDifferences'>;
  readonly shown: ShownLineage;
}

/** The tab’s content. */
export function LineageView({ environment, api, shown }: LineageViewProps): JSX.Element {
  return (
    <UseSignal signal={environment.model.changed}>
      {() => (
        <EnvironmentProvider value={environment}>
          <Content key={JSON.stringify(subjectOf(shown))} api={api} shown={shown} />
        </EnvironmentProvider>
      )}
    </UseSignal>
  );
}

const subjectOf = ({ volume, snapshot }: ShownLineage): LineageSubject =>
  snapshot === null ? { kind: 'volume', id: volume.id } : { kind: 'snapshot', name: snapshot.name };

function Content({ api, shown }: Omit<LineageViewProps, 'environment'>): JSX.Element {
  const environment = useEnvironment();
  const { trans } = environment;
  const { volume, snapshot, notebook } = shown;
  const look = useRuns(subjectOf(shown));
  const listed = useRuns(notebook === null ? { kind: 'volume', id: volume.id } : { kind: 'notebook', path: notebook });
  const graph = React.useRef<SVGSVGElement>(null);
  const [ticked, setTicked] = React.useState<readonly string[]>([]);
  const label = snapshot === null ? volume.name : snapshotLabel(snapshot);
  const runs = listed.found?.runs ?? [];
  const chosen = ticked.flatMap(id => runs.find(one => one.run.id === id) ?? []);
  const [first, second] = chosen;
  const page = webPage((first ?? look.found?.runs[0] ?? runs[0])?.run.link ?? null);
  const save = (kind: 'svg' | 'png') => {
    if (graph.current !== null) {
      void asFile(graph.current, kind).then(content => saveFile(content, `lineage-${volume.name}.${kind}`));
    }
  };
  const again = () => {
    void look.look();
    void listed.look();
  };
  const isDrawn = look.found !== null && look.found.runs.length > 0;
  return (
    <>
      <div className="dm-view-bar">
        <Icon icon={lineageIcon} />
        <h3>{trans.__('Lineage of %1', label)}</h3>
        {first !== undefined && second === undefined ? (
          <>
            <CloneButton seen={first} />
            <Button
              label={trans.__('Reproduce…')}
              icon={runIcon}
              onClick={() => run(environment, CommandIDs.reproduce, { of: first.run.id })}
            />
          </>
        ) : null}
        {isDrawn ? (
          <>
            <Button label={trans.__('Save as SVG')} onClick={() => save('svg')} />
            <Button label={trans.__('Save as PNG')} onClick={() => save('png')} />
          </>
        ) : null}
        <Button label={trans.__('Ask MLflow again')} icon={updateIcon} onClick={again} />
        {page === null ? null : (
          <a className="dm-btn" href={page} target="_blank" rel="noopener noreferrer">
            <Icon icon={openIcon} />
            {trans.__('Open MLflow')}
          </a>
        )}
      </div>
      <PinLine />
      <LineageState look={look}>
        {found => <Graph ref={graph} shown={shown} label={label} found={found} />}
      </LineageState>
      {look.content.state === 'refused' || look.content.state === 'not-set-up' ? null : (
        <LineageState look={listed}>
          {found => (
            <>
              <ListHeading shown={shown} found={found} />
              <RunsTable
                runs={found.runs}
                metric={sharedMetric(found.runs)}
                ticked={ticked}
                onTick={id =>
                  setTicked(before =>
                    before.includes(id) ? before.filter(one => one !== id) : [...before, id].slice(-2)
                  )
                }
              />
            </>
          )}
        </LineageState>
      )}
      {first !== undefined && second !== undefined ? (
        <Differences
          key={`${first.run.id} ${second.run.id}`}
          api={api}
          icon={compareIcon}
          from={first.run.id}
          to={second.run.id}
          names={[runName(first.run), runName(second.run)]}
        />
      ) : null}
    </>
  );
}

/** A clone of the run’s snapshot, where that is there; else why not. */
function CloneButton({ seen }: { readonly seen: SeenRun }): JSX.Element {
  const environment = useEnvironment();
  const { trans } = environment;
  const there = seen.snapshots.find(({ now }) => now.state === 'exists');
  const name = there !== undefined && there.now.state === 'exists' ? there.now.snapshot : null;
  return (
    <Button
      label={trans.__('Clone for this run…')}
      icon={cloneIcon}
      disabled={
        name !== null
          ? null
          : seen.snapshots.length === 0
            ? trans.__('%1 names no snapshot.', runName(seen.run))
            : trans.__('The snapshot that %1 names is not here.', runName(seen.run))
      }
      onClick={() => name !== null && run(environment, CommandIDs.cloneSnapshot, { snapshot: name })}
    />
  );
}

interface GraphProps {
  readonly shown: ShownLineage;
  readonly label: string;
  readonly found: FoundRuns;
}

const Graph = React.forwardRef<SVGSVGElement, GraphProps>(function Graph({ shown, label, found }, ref): JSX.Element {
  const { trans, model, format } = useEnvironment();
  const { volume, snapshot } = shown;
  const own =
    snapshot === null
      ? found.runs
      : found.runs.filter(
          one => isDataOf(one, snapshot) || one.snapshots.some(({ now }) => now.state === 'same-names')
        );
  const drawn = own.slice(0, MOST_DRAWN);
  const known = (name: string) => (name === snapshot?.name ? snapshot : model.knownSnapshot(name));
  const graph = lineageGraph({ volume, snapshot, runs: drawn, total: own.length, known }, trans);
  return (
    <div className="dm-graph">
      <LineageGraphView ref={ref} graph={graph} label={trans.__('Graph of the lineage of %1', label)} />
      {drawn.length < own.length ? (
        <p className="dm-dim">
          {trans.__('The newest %1 of %2 runs are drawn.', format.count(drawn.length), format.count(own.length))}
        </p>
      ) : null}
      {drawn.length === 0 ? <p className="dm-none">{trans.__('No run that you may read names %1.', label)}</p> : null}
    </div>
  );
});

function ListHeading({ shown, found }: { readonly shown: ShownLineage; readonly found: FoundRuns }): JSX.Element {
  const { trans, format } = useEnvironment();
  const now = useNow(SECOND);
  const { notebook, volume } = shown;
  const of = notebook === null ? volume.name : notebook.slice(notebook.lastIndexOf('/') + 1);
  return (
    <h4 className="dm-h3">
      <bdi title={notebook ?? volume.mountPath}>{trans.__('Runs of %1', of)}</bdi>{' '}
      <small>
        {foundWords(found.runs.length, found, now, format, trans)}
        {found.runs.length > 1 ? ` · ${trans.__('select two to see what data differs')}` : ''}
      </small>
    </h4>
  );
}

const asFile = async (graph: SVGSVGElement, kind: 'svg' | 'png'): Promise<Blob> =>
  kind === 'png' ? graphPicture(graph) : new Blob([graphText(graph)], { type: 'image/svg+xml' });
