/** The tab "Lineage" of the main area. It asks MLflow only while it is visible. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { lineageIcon } from '../../icons';
import type { IDatamarkApi } from '../../tokens';
import type { PanelEnvironment } from '../environment';
import { LineageView, type ShownLineage } from './lineageView';

export interface LineagePanelOptions {
  readonly environment: Omit<PanelEnvironment, 'visible'>;
  readonly api: Pick<IDatamarkApi, 'runDifferences'>;
}

/** The tab. */
export class LineagePanel extends ReactWidget {
  static readonly ID = 'jupyterlab-datamark-lineage';

  private shown: ShownLineage | null = null;
  private held: IDisposable | null = null;

  constructor(private readonly options: LineagePanelOptions) {
    super();
    const { trans } = options.environment;
    this.id = LineagePanel.ID;
    this.addClass('dm-root');
    this.addClass('dm-lineage-view');
    this.title.icon = lineageIcon;
    this.title.label = trans.__('Lineage');
    this.title.caption = trans.__('Which runs and models used which snapshots');
    this.title.closable = true;
    this.node.tabIndex = -1;
  }

  /** Shows the lineage of something else. */
  present(shown: ShownLineage): void {
    this.shown = shown;
    this.update();
  }

  dispose(): void {
    this.release();
    super.dispose();
  }

  protected render(): JSX.Element | null {
    const { environment, api } = this.options;
    return this.shown === null ? null : (
      <LineageView environment={{ ...environment, visible: this.isVisible }} api={api} shown={this.shown} />
    );
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.follow();
  }

  protected onBeforeDetach(message: Message): void {
    super.onBeforeDetach(message);
    this.release();
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.follow();
  }

  protected onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.follow();
  }

  protected onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.focus();
  }

  private follow(): void {
    if (this.isVisible) {
      this.held ??= this.options.environment.model.hold();
    } else {
      this.release();
    }
    this.update();
  }

  private release(): void {
    this.held?.dispose();
    this.held = null;
  }
}
