/** The side panel as a widget. It holds the model while it is visible; its views are loaded when it is first shown. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { datamarkIcon } from '../icons';
import type { Format } from '../model/format';
import type { LineageModel } from '../model/lineageModel';
import type { MirrorsModel } from '../model/mirrorsModel';
import type { IDatamarkModel } from '../tokens';
import type { PanelState } from './panelState';

const PanelView = React.lazy(() => import('./panelView'));

export interface DatamarkPanelOptions {
  readonly model: IDatamarkModel;
  readonly lineage: LineageModel;
  readonly mirrors: MirrorsModel;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
  readonly format: Format;
  readonly state: PanelState;
  /** Whether the panel follows changes while it is visible; else it looks once when it is shown. */
  readonly live: () => boolean;
}

/** Panel "Datamark". */
export class DatamarkPanel extends ReactWidget {
  private readonly options: DatamarkPanelOptions;
  private held: IDisposable | null = null;
  private wish: { readonly row: number } | null = null;
  private shown = false;

  constructor(options: DatamarkPanelOptions) {
    super();
    this.options = options;
    this.id = 'jupyterlab-datamark';
    this.addClass('dm-panel-widget');
    this.title.icon = datamarkIcon;
    this.title.caption = options.trans.__('Datamark: snapshots of your data');
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', options.trans.__('Datamark'));
  }

  /** Shows a row of the timeline and gives it the focus. */
  showRow(row: number): void {
    this.wish = { row };
    this.update();
  }

  /** Follows a change of the `live` setting. */
  followLive(): void {
    if (this.isVisible) {
      this.hold();
    }
  }

  dispose(): void {
    this.release();
    super.dispose();
  }

  protected render(): JSX.Element | null {
    const { model, lineage, mirrors, commands, trans, format, state } = this.options;
    const environment = { model, lineage, mirrors, commands, trans, format, state, visible: this.isVisible };
    return this.shown ? (
      <React.Suspense fallback={null}>
        <PanelView environment={environment} wish={this.wish} />
      </React.Suspense>
    ) : null;
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.followVisibility();
  }

  protected onBeforeDetach(message: Message): void {
    super.onBeforeDetach(message);
    this.release();
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.followVisibility();
  }

  protected onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.followVisibility();
  }

  protected onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    const timeline = this.node.querySelector<HTMLElement>('.dm-section-timeline [role="grid"]');
    // Before the rows are there, the panel itself takes the focus: the next Tab goes to its first heading.
    (timeline ?? this.node).focus();
  }

  private followVisibility(): void {
    if (this.isVisible) {
      this.shown = true;
      this.hold();
    } else {
      this.release();
    }
    this.update();
  }

  private hold(): void {
    if (!this.options.live()) {
      this.release();
      void this.options.model.refresh();
      return;
    }
    this.held ??= this.options.model.hold();
  }

  private release(): void {
    this.held?.dispose();
    this.held = null;
  }
}
