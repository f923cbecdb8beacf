/** What a reproduction has come to: a notebook, clones alone, or clones that another server takes up. */
import * as React from 'react';
import type { Reproduction } from '../../contract';
import { cloneIcon, okIcon, openIcon } from '../icons';
import { uriOf } from '../model/runOrModel';
import type { ILanguage } from './figures';
import { Note } from './parts';

/** Its end. */
export function Made({ made, language }: { readonly made: Reproduction; readonly language: ILanguage }): JSX.Element {
  const { trans } = language;
  const { outcome, clones, plan } = made;
  const subject = plan.version === null ? plan.run.id : uriOf(plan.version);
  const words = 'message' in outcome ? outcome.message : '';
  return (
    <div role="status">
      <Note
        look={outcome.state === 'written' ? 'ok' : 'info'}
        icon={outcome.state === 'written' ? okIcon : outcome.state === 'mount' ? openIcon : cloneIcon}
      >
        <bdi>{words}</bdi>
      </Note>
      {outcome.state === 'written' ? (
        <>
          {outcome.substitutions.length === 0 ? null : (
            <>
              <h4>{trans.__('What is otherwise than in the original')}</h4>
              <ul className="dm-paths">
                {outcome.substitutions.map(one => (
                  <li key={one}>
                    <bdi>{one}</bdi>
                  </li>
                ))}
              </ul>
            </>
          )}
          <p className="dm-mono">
            <bdi>{outcome.path}</bdi>
          </p>
          {outcome.browsePath === null ? (
            <p>{trans.__('It lies outside the folder that this server shows: open it in a terminal.')}</p>
          ) : null}
        </>
      ) : null}
      {outcome.state === 'mount' ? (
        <>
          <p>
            {outcome.server === null
              ? trans.__('Start a server or a pod that mounts this claim:')
              : trans.__('The named server starts in a new tab, or opens if it runs. This one goes on.')}
          </p>
          {outcome.server === null ? (
            <p className="dm-mono">
              <bdi>{clones.map(({ id }) => id).join(', ')}</bdi>
            </p>
          ) : null}
          <p>{trans.__('In the panel there, choose Reproduce once more, for %1.', subject)}</p>
        </>
      ) : null}
    </div>
  );
}
