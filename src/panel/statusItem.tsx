/** Item of the status bar: "home: snapshot 12 min ago", "home: restoring…". Shows what is known and asks nothing. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal, type ISignal } from '@lumino/signaling';
import * as React from 'react';
import { datamarkIcon } from '../icons';
import type { Format } from '../model/format';
import { itemsOf } from '../model/listState';
import type { IDatamarkModel } from '../tokens';
import { Icon } from './icon';
import { statusWords } from './statusWords';

/** Written anew this often, in ms. */
const TICK = 60_000;

export interface StatusItemOptions {
  readonly model: IDatamarkModel;
  readonly trans: TranslationBundle;
  readonly format: Format;
  readonly onClick: () => void;
}

/** The item. */
export class StatusItem extends ReactWidget {
  private readonly options: StatusItemOptions;
  private readonly appearedSignal = new Signal<this, void>(this);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private known = false;

  constructor(options: StatusItemOptions) {
    super();
    this.options = options;
    this.addClass('dm-status-item');
    options.model.changed.connect(this.follow, this);
  }

  /** The first volume became known, or the last one went. */
  get appeared(): ISignal<this, void> {
    return this.appearedSignal;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.options.model.changed.disconnect(this.follow, this);
    super.dispose();
  }

  protected render(): JSX.Element | null {
    const { model, trans, format, onClick } = this.options;
    const volume = model.selectedVolume;
    const unread = model.volumes.state === 'unreachable' && model.volumes.asOf === null;
    clearTimeout(this.timer);
    if (volume === null || unread) {
      return null;
    }
    const now = new Date();
    this.timer = setTimeout(() => this.update(), TICK);
    // While nobody follows it, what was last seen of a restore says nothing of now.
    const restores = model.connection.state === 'idle' ? [] : itemsOf(model.restores);
    const { text, at } = statusWords(volume, restores, now, format, trans);
    const when = at === null ? '' : `\n${format.full(at)}`;
    return (
      <button
        type="button"
        className="dm-root dm-status-button"
        title={trans.__('Datamark: open the panel') + when}
        onClick={onClick}
      >
        <Icon icon={datamarkIcon} />
        <bdi>{text}</bdi>
      </button>
    );
  }

  private follow(): void {
    const known = this.options.model.selectedVolume !== null;
    if (known !== this.known) {
      this.known = known;
      this.appearedSignal.emit();
    }
    this.update();
  }
}
