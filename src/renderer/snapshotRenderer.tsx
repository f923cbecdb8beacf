/** The widgets that JupyterLab puts into a cell's output for Datamark's two MIME types. */
import { ReactWidget } from '@jupyterlab/apputils';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Menu } from '@lumino/widgets';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import type { ILanguage } from '../dialogs/figures';
import { CommandIDs, type IDatamark } from '../tokens';
import { liveState } from './liveState';
import { type IOutputActions, SnapshotLine, SnapshotTable } from './outputParts';
import { parseSnapshot, parseSnapshots, SNAPSHOT_MIME, SNAPSHOTS_MIME } from './snapshotData';

export interface IRendererOptions {
  readonly commands: CommandRegistry;
  /** Null: only what is in the output can be shown. */
  readonly datamark: IDatamark | null;
  readonly language: ILanguage;
}

/** One output; what is not valid shows as a plain sentence, never as markup. */
export class SnapshotRenderer extends ReactWidget implements IRenderMime.IRenderer {
  constructor(
    private readonly _mimeType: string,
    private readonly _renderer: IRendererOptions
  ) {
    super();
    this.addClass('dm-root');
    this.addClass('dm-output');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._data = model.data[this._mimeType];
    this.update();
    await this.renderPromise;
  }

  override dispose(): void {
    this._menu?.dispose();
    super.dispose();
  }

  protected override render(): React.ReactElement {
    const { language } = this._renderer;
    if (this._mimeType === SNAPSHOTS_MIME) {
      const shown = parseSnapshots(this._data);
      if (shown !== null) {
        return <SnapshotTable shown={shown} actions={this._actions} language={language} />;
      }
    } else {
      const shown = parseSnapshot(this._data);
      if (shown !== null) {
        return <SnapshotLine shown={shown} actions={this._actions} language={language} />;
      }
    }
    return (
      <p className="dm-dim">{language.trans.__('This output is not one that this version of Datamark can show.')}</p>
    );
  }

  private readonly _actions: IOutputActions = {
    ask: shown => liveState(this._renderer.datamark?.api ?? null, shown, this._renderer.language.trans),
    show: snapshot => {
      void this._renderer.commands.execute(CommandIDs.showSnapshot, { snapshot });
    },
    openPanel: () => {
      void this._renderer.commands.execute(CommandIDs.openPanel);
    },
    menu: (snapshot, anchor) => {
      this._openMenu(snapshot, anchor);
    }
  };

  private _openMenu(snapshot: string, anchor: HTMLElement): void {
    const { commands } = this._renderer;
    this._menu?.dispose();
    this._menu = new Menu({ commands });
    for (const command of [
      CommandIDs.showSnapshot,
      CommandIDs.restoreSnapshot,
      CommandIDs.cloneSnapshot,
      CommandIDs.copyName
    ]) {
      if (commands.hasCommand(command)) {
        this._menu.addItem({ command, args: { snapshot, isMenu: true } });
      }
    }
    const { left, bottom } = anchor.getBoundingClientRect();
    this._menu.open(left, bottom);
  }

  private _data: unknown = null;
  private _menu: Menu | null = null;
}

/** A factory for both MIME types. `safe`, because data is only ever text. */
export const makeRendererFactory = (options: IRendererOptions): IRenderMime.IRendererFactory => ({
  safe: true,
  mimeTypes: [SNAPSHOT_MIME, SNAPSHOTS_MIME],
  defaultRank: 40,
  createRenderer: ({ mimeType }) => new SnapshotRenderer(mimeType, options)
});
