/**
 * The dialog for a clone that no volume of this server is: why it can't be shown here, and where it can. A pod takes up
 * no volume after its start, so another server is needed.
 */
import type { Clone, Platform } from '../../contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { askDialog } from './liveDialog';

/** JupyterHub 6 allows no longer names of servers. */
const SERVER_NAME_MAX = 30;

/** Name of the server that is started for a clone. */
export const serverNameFor = (clone: Clone): string => clone.name.slice(0, SERVER_NAME_MAX).replace(/-+$/, '');

/** Address that starts a server with the clone in it, or null where the platform offers none. */
export function mountAddress(platform: Platform | null, clone: Clone): string | null {
  const template = platform?.links.mount;
  return template === undefined
    ? null
    : template
        .replace('{server}', encodeURIComponent(serverNameFor(clone)))
        .replace('{clone}', encodeURIComponent(clone.id));
}

export type UnmountedAnswer = 'open' | 'copy';

/** What the person chose; null: nothing. `address`: where a server with it is started. */
export async function askUnmounted(
  clone: Clone,
  address: string | null,
  trans: TranslationBundle
): Promise<UnmountedAnswer | null> {
  const copy = { id: 'copy', label: trans.__('Copy claim name'), look: 'plain' as const };
  const pressed = await askDialog({
    face: {
      title: trans.__('Open clone “%1”', clone.name),
      buttons:
        address === null
          ? [
              { id: 'close', label: trans.__('Close'), look: 'plain' },
              { ...copy, look: 'accept' }
            ]
          : [
              { id: 'close', label: trans.__('Cancel'), look: 'plain' },
              copy,
              { id: 'open', label: trans.__('Open in a named server'), look: 'accept' }
            ]
    },
    body: () => <Body clone={clone} named={address !== null} trans={trans} />,
    focus: { button: address === null ? 'copy' : 'open' },
    enter: null
  });
  return pressed === 'open' || pressed === 'copy' ? pressed : null;
}

interface IBodyProps {
  readonly clone: Clone;
  readonly named: boolean;
  readonly trans: TranslationBundle;
}

function Body({ clone, named, trans }: IBodyProps): React.ReactElement {
  return (
    <>
      <p>{trans.__('A running server can’t take up another volume, so %1 is not in its file browser.', clone.name)}</p>
      <p>
        {named
          ? trans.__(
              'Server “%1” starts with it in a new tab, or opens if it runs. This one goes on.',
              serverNameFor(clone)
            )
          : trans.__('Start a server or a pod that mounts this claim:')}
      </p>
      {named ? null : (
        <p className="dm-mono">
          <bdi>{clone.id}</bdi>
        </p>
      )}
    </>
  );
}
