/** The panel on a server part that a test sets: what it shows, what is pressed in it, and the commands it runs. */
// The panel loads its views when it is first shown. Loaded here, compiling them counts in no deadline of a test.
import '../panel/panelView';
import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import axe from 'axe-core';
import { DatamarkModel } from '../model/datamarkModel';
import { LineageModel } from '../model/lineageModel';
import { MirrorsModel } from '../model/mirrorsModel';
import { DatamarkPanel } from '../panel/datamarkPanel';
import { PanelState } from '../panel/panelState';
import { CommandIDs } from '../tokens';
import { ALWAYS_VISIBLE, language } from './fakePage';
import { FakeServer, until } from './fakeServer';
import { sampleVolume } from './samples';

/** One panel, made for one test; `dispose` after it. */
export class PanelScene {
  readonly server = new FakeServer();
  readonly state = new PanelState();
  /** Commands that ran, with their arguments. */
  readonly ran: [command: string, args: unknown][] = [];
  readonly model: DatamarkModel;
  readonly lineage: LineageModel;
  readonly mirrors: MirrorsModel;
  readonly panel: DatamarkPanel;

  constructor() {
    this.server.volumes = [sampleVolume()];
    this.model = new DatamarkModel({
      api: this.server.api,
      pause: () => 5,
      page: ALWAYS_VISIBLE
    });
    this.lineage = new LineageModel({ api: this.server.api, model: this.model, page: ALWAYS_VISIBLE, pause: 5 });
    this.mirrors = new MirrorsModel({ api: this.server.api, model: this.model, page: ALWAYS_VISIBLE });
    const commands = new CommandRegistry();
    for (const id of Object.values(CommandIDs)) {
      commands.addCommand(id, { execute: args => void this.ran.push([id, { ...args }]) });
    }
    this.panel = new DatamarkPanel({
      model: this.model,
      lineage: this.lineage,
      mirrors: this.mirrors,
      commands,
      trans: language.trans,
      format: language.format,
      state: this.state,
      live: () => true
    });
  }

  dispose(): void {
    this.panel.dispose();
    this.lineage.dispose();
    this.mirrors.dispose();
    this.model.dispose();
  }

  /** Puts the panel on the page and waits for words in it, one after the other. */
  async show(...words: string[]): Promise<void> {
    Widget.attach(this.panel, document.body);
    MessageLoop.flush();
    for (const one of words) {
      await until(() => this.text().includes(one));
    }
  }

  text(): string {
    return (this.panel.node.textContent ?? '').replace(/\s+/g, ' ');
  }

  query(selector: string): HTMLElement {
    const found = this.panel.node.querySelector<HTMLElement>(selector);
    if (found === null) {
      throw new Error(`${selector} is not there: ${this.panel.node.innerHTML}`);
    }
    return found;
  }

  clickButton(label: string): void {
    const found = [...this.panel.node.querySelectorAll('button')].find(button => button.textContent === label);
    if (found === undefined) {
      throw new Error(`No button ${label}: ${this.panel.node.innerHTML}`);
    }
    found.click();
  }

  /** What axe finds; jsdom has no layout: colours and sizes are looked at in the browser. */
  async serious(): Promise<string[]> {
    const { violations } = await axe.run(this.panel.node, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } }
    });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ')}`);
  }
}
