import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { DatamarkModel } from '../model/datamarkModel';
import { LineageModel } from '../model/lineageModel';
import { MirrorsModel } from '../model/mirrorsModel';
import { ALWAYS_VISIBLE, language } from '../testing/fakePage';
import { FakeServer } from '../testing/fakeServer';
import { sampleClone, sampleVolume } from '../testing/samples';
import { until } from '../testing/until';
import { CommandIDs } from '../tokens';
import { DatamarkPanel } from './datamarkPanel';
import { PanelState } from './panelState';

let model: DatamarkModel;
let panel: DatamarkPanel;
let ran: [command: string, args: unknown][];
let scrolled: string[];
const { scrollIntoView } = Element.prototype;

beforeEach(async () => {
  const server = new FakeServer();
  server.volumes = [sampleVolume(), sampleVolume({ id: 'data-1', name: 'data' })];
  server.clones = [sampleClone(), sampleClone({ id: 'home.other', name: 'other' })];
  model = new DatamarkModel({ api: server.api, page: ALWAYS_VISIBLE });
  ran = [];
  scrolled = [];
  // The test page has no layout and does not scroll.
  Element.prototype.scrollIntoView = function (this: Element) {
    scrolled.push(this.id);
  };
  const commands = new CommandRegistry();
  for (const id of Object.values(CommandIDs)) {
    commands.addCommand(id, { label: id, execute: args => void ran.push([id, { ...args }]) });
  }
  const state = new PanelState();
  panel = new DatamarkPanel({
    model,
    lineage: new LineageModel({ api: server.api, model, page: ALWAYS_VISIBLE }),
    mirrors: new MirrorsModel({ api: server.api, model, page: ALWAYS_VISIBLE }),
    commands,
    trans: language.trans,
    format: language.format,
    state,
    live: () => true
  });
  Widget.attach(panel, document.body);
  MessageLoop.flush();
  state.setOpen('volumes', true);
  state.setOpen('clones', true);
  await until(() => panel.node.querySelector('#dm-clone-home\\.other') && panel.node.querySelector('#dm-vol-data-1'));
});

afterEach(() => {
  panel.dispose();
  model.dispose();
  document.querySelectorAll('.lm-Menu').forEach(menu => menu.remove());
  Element.prototype.scrollIntoView = scrollIntoView;
});

const grid = (label: string): Promise<HTMLElement> =>
  until(() => panel.node.querySelector<HTMLElement>(`[role="grid"][aria-label="${label}"]`));
const press = (target: Element, key: string, also: KeyboardEventInit = {}) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...also }));
const activeIn = (list: Element) => list.getAttribute('aria-activedescendant');

it('moves among the volumes by arrows and selects one by Enter or Space only', async () => {
  const list = await grid('Volumes of this server');
  expect(activeIn(list)).toBe('dm-vol-home-1a2b3c4d');
  press(list, 'ArrowDown');
  await until(() => activeIn(list) === 'dm-vol-data-1');
  expect(scrolled).toEqual(['dm-vol-data-1']);
  expect(model.selectedVolume?.id).toBe('home-1a2b3c4d');
  press(list, 'Enter');
  expect(model.selectedVolume?.id).toBe('data-1');
  press(list, 'Home');
  await until(() => activeIn(list) === 'dm-vol-home-1a2b3c4d');
  press(list, ' ');
  expect(model.selectedVolume?.id).toBe('home-1a2b3c4d');
});

it('deletes the clone the keyboard is on, and goes into its buttons by → or Enter', async () => {
  const list = await grid('Clones');
  press(list, 'End');
  await until(() => activeIn(list) === 'dm-clone-home.other');
  expect(press(list, 'Delete', { ctrlKey: true })).toBe(true);
  expect(ran).toEqual([]);
  press(list, 'Delete');
  expect(ran).toEqual([[CommandIDs.deleteClone, { clone: 'home.other' }]]);
  for (const key of ['ArrowRight', 'Enter']) {
    list.focus();
    press(list, key);
    expect(document.activeElement?.closest('[role="row"]')?.id).toBe('dm-clone-home.other');
  }
  expect(press(list, 'x')).toBe(true);
});

it('opens the menu of the row by Shift+F10', async () => {
  const list = await grid('Clones');
  expect(press(list, 'F10')).toBe(true);
  expect(document.querySelector('.lm-Menu')).toBeNull();
  press(list, 'F10', { shiftKey: true });
  const menu = await until(() => document.querySelector('.lm-Menu'));
  expect(menu.textContent).toContain(CommandIDs.deleteClone);
});
