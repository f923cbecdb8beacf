/**
 * The card that owns the page while a restore has stopped its server. It names no step that it has not read: without the
 * server it only knows whether somebody answers. It stays until the server is back; JupyterLab's own message about a lost
 * connection waits behind it.
 */
import type { Platform, Restore } from '../../contract';
import { UseSignal } from '@jupyterlab/apputils';
import { type ISignal, Signal } from '@lumino/signaling';
import * as React from 'react';
import type { ServerSighting } from '../commands/ownServer';
import { Icon } from '../panel/icon';
import { okIcon, pendingIcon } from '../icons';
import { type ILanguage, measuredText } from './figures';
import { askDialog, type IFace } from './liveDialog';
import { progressTitle } from './restoreProgressWords';
import { useEverySecond } from './useEverySecond';

/** What the card knows; the one who looks at the server sets it. */
export class StoppedState {
  readonly changed: ISignal<this, void> = new Signal<this, void>(this);

  get sighting(): ServerSighting {
    return this._sighting;
  }

  set sighting(sighting: ServerSighting) {
    if (sighting !== this._sighting) {
      this._sighting = sighting;
      (this.changed as Signal<this, void>).emit();
    }
  }

  private _sighting: ServerSighting = 'running';
}

/** The page that starts this server again; null: the platform has none. */
export function startAddress(platform: Platform | null): string | null {
  const spawn = platform?.links.spawn ?? null;
  const server = platform?.server ?? null;
  return spawn === null || server === null ? spawn : `${spawn}/${encodeURIComponent(server)}`;
}

/** What is known: whether somebody answers, and how long such a restore takes. */
export function stoppedText(sighting: ServerSighting, { strategy, plan }: Restore, { trans }: ILanguage): string {
  const copies = strategy === 'copy';
  switch (sighting) {
    case 'running':
      return trans.__('Your server is stopping.');
    case 'gone':
      return copies
        ? trans.__('Server stopped. Copying the files can take some minutes.')
        : trans.__('Server stopped. The swap takes a few seconds.');
    case 'startable':
      if (plan?.startsServer === true) {
        return copies
          ? trans.__('Server stopped. Copying the files can take some minutes, then your server starts by itself.')
          : trans.__('Server stopped. The swap takes a few seconds, then your server starts by itself.');
      }
      return copies
        ? trans.__('Server stopped. Copying the files can take some minutes; until then your server can’t start.')
        : trans.__('Server stopped. The swap takes a few seconds, then your server can be started.');
    case 'answers':
    case 'back':
      return trans.__('Your server is back. This page is loaded again.');
  }
}

export interface IStoppedOptions {
  readonly restore: Restore;
  readonly state: StoppedState;
  readonly platform: Platform | null;
  readonly language: ILanguage;
  /** Opens a page of the platform beside this one. */
  readonly openPage: (address: string) => void;
  /** Aborted when the card may go. */
  readonly signal: AbortSignal;
}

/** Shows the card until the signal is aborted. */
export async function showStopped(options: IStoppedOptions): Promise<void> {
  const { state, signal, platform, openPage } = options;
  if (signal.aborted) {
    return;
  }
  const face = (): IFace => stoppedFace(options);
  const since = options.language.now();
  await askDialog(
    {
      face: face(),
      body: () => <UseSignal signal={state.changed}>{() => <Body options={options} since={since} />}</UseSignal>,
      focus: { button: 'open' },
      enter: null,
      stays: pressed => {
        const address = state.sighting === 'startable' ? startAddress(platform) : (platform?.links.servers ?? null);
        if (pressed === 'open' && address !== null) {
          openPage(address);
        }
        return true;
      }
    },
    dialog => {
      const follow = () => {
        dialog.present(face());
      };
      const end = () => {
        dialog.dispose();
      };
      state.changed.connect(follow);
      signal.addEventListener('abort', end);
      return () => {
        state.changed.disconnect(follow);
        signal.removeEventListener('abort', end);
      };
    }
  );
}

/** Title, and the one button: the hub's page, or the start where the hub says that it can. */
export function stoppedFace({ restore, state, platform, language }: IStoppedOptions): IFace {
  const { trans } = language;
  const startable = state.sighting === 'startable' && startAddress(platform) !== null;
  return {
    title: progressTitle(restore, language),
    buttons: [
      {
        id: 'open',
        label: startable ? trans.__('Start your server') : trans.__('Open Hub page'),
        look: 'accept',
        hidden: !startable && (platform?.links.servers ?? null) === null
      }
    ]
  };
}

function Body({ options, since }: { options: IStoppedOptions; since: Date }): React.ReactElement {
  const { state, restore, language } = options;
  const { trans } = language;
  const now = useEverySecond(true, language.now);
  const back = state.sighting === 'answers' || state.sighting === 'back';
  const elapsed = Math.floor(Math.max(0, now.getTime() - since.getTime()) / 1000) * 1000;
  return (
    <>
      <p className="dm-stopped" role="status">
        <Icon icon={back ? okIcon : pendingIcon} className={back ? 'dm-ok' : 'dm-busy dm-spin'} />
        <span>{stoppedText(state.sighting, restore, language)}</span>
      </p>
      <p className="dm-dim">
        {trans.__(
          'You can close this page. The restore of %1 goes on in the cluster. It can be undone when it is done.',
          restore.volumeName
        )}
      </p>
      <p className="dm-small dm-num">{trans.__('Elapsed: %1', measuredText(elapsed, trans))}</p>
    </>
  );
}
