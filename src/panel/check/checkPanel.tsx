/** The check report as a widget of the main area. It looks when it is opened and when it is asked to, at no other time. */
import { ReactWidget, UseSignal } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { listIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import type { Format } from '../../model/format';
import type { IDatamarkApi } from '../../tokens';
import { CheckModel } from './checkModel';
import { CheckView } from './checkView';

export interface CheckPanelOptions {
  readonly api: Pick<IDatamarkApi, 'check'>;
  readonly trans: TranslationBundle;
  readonly format: Format;
  readonly copyText: (text: string) => Promise<void>;
}

/** Tab "Datamark check". */
export class CheckPanel extends ReactWidget {
  static readonly ID = 'jupyterlab-datamark-check';

  readonly model: CheckModel;

  constructor(private readonly options: CheckPanelOptions) {
    super();
    const { api, trans } = options;
    this.model = new CheckModel(api);
    this.id = CheckPanel.ID;
    this.addClass('dm-root');
    this.addClass('dm-check');
    this.title.icon = listIcon;
    this.title.label = trans.__('Datamark check');
    this.title.caption = trans.__('What Datamark can do here, what it can’t, and who can mend that');
    this.title.closable = true;
    this.node.tabIndex = -1;
  }

  dispose(): void {
    this.model.dispose();
    super.dispose();
  }

  protected render(): JSX.Element {
    const { model } = this;
    const { trans, format, copyText } = this.options;
    return (
      <UseSignal signal={model.changed}>
        {() => (
          <CheckView
            {...{ trans, format, copyText }}
            content={model.content}
            now={new Date()}
            onLook={() => void model.look()}
          />
        )}
      </UseSignal>
    );
  }

  protected onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    (this.node.querySelector<HTMLElement>('.dm-check-list') ?? this.node).focus();
  }
}
