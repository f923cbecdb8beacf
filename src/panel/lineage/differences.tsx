/** What data differs between two runs: asked for when two are selected. */
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { FileDifferences, Problem, RunDifferences } from '../../../contract';
import { ApiProblem } from '../../api/apiProblem';
import type { IDatamarkApi } from '../../tokens';
import { useEnvironment } from '../environment';
import { Icon } from '../icon';

export interface DifferencesProps {
  readonly api: Pick<IDatamarkApi, 'runDifferences'>;
  readonly icon: LabIcon;
  readonly from: string;
  readonly to: string;
  readonly names: readonly [string, string];
}

type Answer = { readonly told: RunDifferences } | { readonly problem: Problem } | null;

/** Volumes, snapshots, and files where both snapshots can be read. */
export function Differences({ api, icon, from, to, names }: DifferencesProps): JSX.Element {
  const { trans, visible } = useEnvironment();
  const [answer, setAnswer] = React.useState<Answer>(null);
  React.useEffect(() => {
    if (!visible || answer !== null) {
      return;
    }
    const given = new AbortController();
    api
      .runDifferences(from, to, given.signal)
      .then(told => setAnswer({ told }))
      .catch((error: unknown) => {
        if (!given.signal.aborted && error instanceof ApiProblem) {
          setAnswer({ problem: error.problem });
        }
      });
    return () => given.abort();
  }, [api, from, to, visible]);
  return (
    <section className="dm-differences" aria-live="polite">
      <h4 className="dm-h3">
        <Icon icon={icon} />
        {trans.__('Data of %1 and of %2', ...names)}
      </h4>
      {answer === null ? (
        <p>{trans.__('Looking…')}</p>
      ) : 'problem' in answer ? (
        <p>
          {answer.problem.detail} {answer.problem.next}
        </p>
      ) : (
        <>
          <p>{answer.told.message}</p>
          {answer.told.data.map(one => (
            <div key={`${one.cluster ?? ''}/${one.namespace ?? ''}/${one.volume}`}>
              <p>{one.message}</p>
              {one.files === null ? null : <Files files={one.files} />}
            </div>
          ))}
        </>
      )}
    </section>
  );
}

function Files({ files }: { readonly files: FileDifferences }): JSX.Element {
  const { trans, format } = useEnvironment();
  if (!files.known) {
    return <p className="dm-dim">{files.reason}</p>;
  }
  const words = { added: '+', removed: '−', changed: '~', undecided: '?' };
  const parts = [
    trans.__('%1 added', format.count(files.added)),
    trans.__('%1 removed', format.count(files.removed)),
    trans.__('%1 changed', format.count(files.changed)),
    files.undecided === 0 ? null : trans.__('%1 undecided', format.count(files.undecided)),
    files.omitted === 0 ? null : trans.__('%1 that a snapshot could not take', format.count(files.omitted)),
    files.complete ? null : trans.__('there may be more: it took too long')
  ];
  return (
    <>
      <p>{parts.filter(part => part !== null).join(' · ')}</p>
      <ul>
        {files.examples.map(({ path, change }) => (
          <li key={path}>
            <span aria-hidden="true">{words[change]}</span> <bdi>{path}</bdi>{' '}
            <span className="dm-dim">{changeWord(change, trans)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function changeWord(
  change: 'added' | 'removed' | 'changed' | 'undecided',
  trans: ReturnType<typeof useEnvironment>['trans']
): string {
  switch (change) {
    case 'added':
      return trans.__('added');
    case 'removed':
      return trans.__('removed');
    case 'changed':
      return trans.__('changed');
    case 'undecided':
      return trans.__('may differ');
  }
}
