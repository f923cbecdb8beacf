/**
 * JupyterLab's dialog with what Datamark's need: a title and buttons that may change while it is open, Enter that
 * accepts only where that is asked for, and disabled buttons that keep their focus and say why.
 */
import { Dialog, ReactWidget, UseSignal } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import * as React from 'react';

/** One button: `plain` is grey, `accept` blue, `danger` red. Of the last two a dialog shows at most one. */
export interface ILiveButton {
  readonly id: string;
  readonly label: string;
  readonly look: 'plain' | 'accept' | 'danger';
  /** Why it can't be used now; null: it can. */
  readonly off?: string | null;
  readonly hidden?: boolean;
}

/** What of a dialog may change while it is open. */
export interface IFace {
  readonly title: string;
  readonly buttons: readonly ILiveButton[];
}

export interface ILiveDialogOptions {
  readonly face: IFace;
  readonly body: (dialog: LiveDialog) => React.ReactElement;
  /** A selector in the body, or the id of a button. */
  readonly focus: { readonly field: string } | { readonly button: string };
  /** The button that Enter in a field presses; null: Enter accepts nothing. */
  readonly enter: string | null;
  readonly wide?: boolean;
  /** Asked with the pressed button, null for Esc: whether the dialog stays open. Left out: it never does. */
  readonly stays?: (pressed: string | null) => boolean;
}

/** The body of a dialog, known once the dialog is. */
interface IBodyOf {
  render: (() => React.ReactElement) | null;
  drawn: (() => void) | null;
}

class Title {
  readonly changed: ISignal<this, void> = new Signal<this, void>(this);

  constructor(private _text: string) {}

  get text(): string {
    return this._text;
  }

  set(text: string): void {
    if (text !== this._text) {
      this._text = text;
      (this.changed as Signal<this, void>).emit();
    }
  }
}

/** Made and shown by `askDialog`. */
export class LiveDialog extends Dialog<null> {
  constructor(options: ILiveDialogOptions) {
    const title = new Title(options.face.title);
    const bodyOf: IBodyOf = { render: null, drawn: null };
    const { buttons } = options.face;
    const indexOf = (id: string) =>
      Math.max(
        0,
        buttons.findIndex(button => button.id === id)
      );
    super({
      title: <UseSignal signal={title.changed}>{() => <bdi>{title.text}</bdi>}</UseSignal>,
      body: ReactWidget.create(<Deferred of={bodyOf} />),
      buttons: buttons.map(button =>
        Dialog.createButton({
          label: button.label,
          accept: button.look !== 'plain',
          displayType: button.look === 'danger' ? 'warn' : 'default'
        })
      ),
      defaultButton: indexOf('button' in options.focus ? options.focus.button : (options.enter ?? '')),
      focusNodeSelector: 'field' in options.focus ? options.focus.field : '',
      hasClose: options.stays === undefined
    });
    this._stays = options.stays ?? (() => false);
    this._title = title;
    this._ids = buttons.map(button => button.id);
    this._enter = options.enter;
    this.addClass('dm-root');
    this.addClass('dm-dialog');
    this.toggleClass('is-wide', options.wide === true);
    this.present(options.face);
    bodyOf.render = () => options.body(this);
    this._focus = options.focus;
    this.node.tabIndex = -1;
    bodyOf.drawn = () => {
      this._takeFocus();
    };
  }

  /** At once: the base class waits until the browser is idle, and keys pressed meanwhile would go to the page. */
  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._takeFocus();
    this._watch.observe(this.node, { subtree: true, childList: true, attributeFilter: ['hidden'] });
  }

  /** Focus goes back to where it was. Where that is gone, as the button of a message is, it goes to the panel. */
  protected override onAfterDetach(message: Message): void {
    this._watch.disconnect();
    super.onAfterDetach(message);
    if (document.activeElement === document.body) {
      document.querySelector<HTMLElement>('.dm-panel [role="grid"][tabindex="0"]')?.focus();
    }
  }

  /** The safe button, or the first field as soon as it is drawn; until then the dialog itself, so that Esc works. */
  private _takeFocus(): void {
    const wanted =
      'button' in this._focus
        ? this._button(this._focus.button)
        : this.node.querySelector<HTMLElement>(this._focus.field);
    (wanted === null || wanted.hidden ? this.node : wanted).focus();
  }

  /** What had the focus may go away while the dialog is open; keys would then go to the page. */
  private _keepFocus(): void {
    const active = document.activeElement;
    if (active === null || active === document.body || (active instanceof HTMLElement && active.hidden)) {
      this._takeFocus();
    }
  }

  /** Shows other words and other buttons; ids must be those the dialog was made with. */
  present(face: IFace): void {
    if (this.isDisposed) {
      return;
    }
    this._title.set(face.title);
    this.node.setAttribute('aria-label', face.title);
    for (const button of face.buttons) {
      const node = this._button(button.id);
      if (node === null) {
        continue;
      }
      const label = node.querySelector('.jp-Dialog-buttonLabel');
      if (label !== null && label.textContent !== button.label) {
        label.textContent = button.label;
      }
      const off = button.off ?? null;
      node.setAttribute('aria-label', button.label);
      node.toggleAttribute('hidden', button.hidden === true);
      if (off === null) {
        node.removeAttribute('aria-disabled');
        node.title = '';
      } else {
        node.setAttribute('aria-disabled', 'true');
        node.title = off;
      }
    }
  }

  /** Shows the dialog and waits for the person. */
  async open(): Promise<string | null> {
    try {
      await this.launch();
    } catch {
      // Disposed from outside, for example because the page is left.
      return null;
    }
    return this._pressed;
  }

  /** Closes it as if this button had been pressed. */
  press(id: string): void {
    this.resolve(this._ids.indexOf(id));
  }

  override resolve(index?: number): void {
    const id = index === undefined ? null : (this._ids[index] ?? null);
    const node = id === null ? null : this._button(id);
    if (id === null || node === null || node.hidden || node.getAttribute('aria-disabled') === 'true') {
      return;
    }
    if (this._stays(id)) {
      return;
    }
    this._pressed = id;
    super.resolve(index);
  }

  override reject(): void {
    if (!this._stays(null)) {
      super.reject();
    }
  }

  /** Enter belongs to what has the focus: a button is pressed, a text area gets a line, a field accepts if it may. */
  protected override _evtKeydown(event: KeyboardEvent): void {
    switch (event.key) {
      case 'Tab':
        this._keepFocusInside(event);
        break;
      case 'ArrowLeft':
      case 'ArrowRight':
        this._alongFooter(event);
        break;
      case 'Enter':
        this._enterPressed(event);
        break;
      default:
        super._evtKeydown(event);
    }
  }

  private _enterPressed(event: KeyboardEvent): void {
    const active = document.activeElement;
    if (this._footer.some(button => button === active)) {
      super._evtKeydown(event);
      return;
    }
    event.stopPropagation();
    if (active?.matches('textarea, button, a, summary') === true) {
      return;
    }
    event.preventDefault();
    if (this._enter !== null) {
      this.press(this._enter);
    }
  }

  /** As in every dialog of JupyterLab, past buttons that are not shown. */
  private _alongFooter(event: KeyboardEvent): void {
    const buttons = this._footer;
    const at = buttons.findIndex(button => button === document.activeElement);
    if (at >= 0) {
      event.stopPropagation();
      event.preventDefault();
      const next = at + (event.key === 'ArrowLeft' ? -1 : 1);
      buttons.at(next % buttons.length)?.focus();
    }
  }

  /** The body is drawn after the base class has looked for the first field, so the ends are found anew. */
  private _keepFocusInside(event: KeyboardEvent): void {
    const stops = [
      ...this.node.querySelectorAll<HTMLElement>('button, input, textarea, select, summary, a[href], [tabindex="0"]')
    ].filter(node => !node.hidden && !node.hasAttribute('disabled'));
    const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
    const next = event.shiftKey ? stops[stops.length - 1] : stops[0];
    const active = document.activeElement;
    if (active === this.node || edge === undefined || edge === active) {
      event.stopPropagation();
      event.preventDefault();
      (next ?? this.node).focus();
    }
  }

  /** Buttons that are shown. */
  private get _footer(): HTMLButtonElement[] {
    return this._ids
      .map(id => this._button(id))
      .filter((button): button is HTMLButtonElement => button !== null && !button.hidden);
  }

  private _button(id: string): HTMLButtonElement | null {
    const nodes = this.node.querySelectorAll<HTMLButtonElement>('.jp-Dialog-footer button.jp-Dialog-button');
    return nodes[this._ids.indexOf(id)] ?? null;
  }

  private readonly _watch = new MutationObserver(() => {
    this._keepFocus();
  });
  private readonly _focus: ILiveDialogOptions['focus'];
  private readonly _title: Title;
  private readonly _ids: readonly string[];
  private readonly _enter: string | null;
  private readonly _stays: (pressed: string | null) => boolean;
  private _pressed: string | null = null;
}

/** The body is made when it is first drawn, because it needs the dialog, which needs its body. */
function Deferred(props: { of: IBodyOf }): React.ReactElement {
  // The base class looks for the field when the browser is idle, which may be before React has drawn it.
  React.useEffect(() => {
    props.of.drawn?.();
  }, [props.of]);
  return props.of.render?.() ?? <></>;
}

/**
 * Shows a dialog; resolves with the id of the pressed button, or null for Esc and every other way out.
 * `follow` may change it while it is open and answers with what ends that.
 */
export function askDialog(
  options: ILiveDialogOptions,
  follow?: (dialog: LiveDialog) => () => void
): Promise<string | null> {
  const dialog = new LiveDialog(options);
  const end = follow?.(dialog);
  return dialog.open().finally(() => {
    end?.();
    dialog.dispose();
  });
}
