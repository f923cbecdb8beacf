/** All of a problem that a message is too small for: what, which object, what stands in the way, what to do now. */
import type { Problem } from '../../contract';
import * as React from 'react';
import { errorIcon } from '../icons';
import type { ILanguage } from './figures';
import { askDialog } from './liveDialog';
import { Blockers, Note } from './parts';

/** Shows it until the person closes it. */
export async function showProblem(headline: string, problem: Problem, language: ILanguage): Promise<void> {
  const { trans } = language;
  await askDialog({
    face: { title: headline, buttons: [{ id: 'close', label: trans.__('Close'), look: 'accept' }] },
    body: () => <Body problem={problem} language={language} />,
    focus: { button: 'close' },
    enter: null
  });
}

function Body({ problem, language }: { problem: Problem; language: ILanguage }): React.ReactElement {
  const { trans } = language;
  const blockers = problem.blockers ?? [];
  const fields = problem.fields ?? [];
  return (
    <>
      <Note look="bad" icon={errorIcon}>
        <bdi>{problem.detail}</bdi>
      </Note>
      {blockers.length > 0 ? <Blockers blockers={blockers} language={language} /> : null}
      {fields.length > 0 ? (
        <ul className="dm-paths">
          {fields.map(field => (
            <li key={field.path}>
              {field.path}: {field.message}
            </li>
          ))}
        </ul>
      ) : null}
      {problem.next === '' ? null : (
        <>
          <h4>{trans.__('What to do now')}</h4>
          <p>
            <bdi>{problem.next}</bdi>
          </p>
        </>
      )}
      <p className="dm-small dm-mono">
        {[problem.type, problem.object ?? '', problem.requestId ?? ''].filter(part => part !== '').join(' · ')}
      </p>
    </>
  );
}
