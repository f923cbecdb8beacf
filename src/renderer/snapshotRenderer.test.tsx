import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { problem } from '../../contract';
import { RefusedError } from '../commands/problemOf';
import { fakeApi, language } from '../testing/fakePage';
import { sampleSnapshot } from '../testing/samples';
import { until } from '../testing/until';
import { CommandIDs, type IDatamark, type IDatamarkApi } from '../tokens';
import { parseSnapshots, ROWS_MAX, SNAPSHOT_MIME, SNAPSHOTS_MIME } from './snapshotData';
import { makeRendererFactory } from './snapshotRenderer';

const volume = { id: 'home-1a2b3c4d', name: 'home' };
const row = {
  name: 'home.20261119-140803z-a1b2',
  uid: 'uid-1',
  title: 'features v3 frozen',
  createdAt: '2026-11-19T14:08:03Z',
  origin: 'datamark',
  heldUntil: null,
  notebook: 'work/features.ipynb',
  state: { phase: 'ready', at: '2026-11-19T14:08:05Z', message: '' },
  readyInMs: 1800
};
const one = { kind: 'snapshot', version: 1, ...row, volume, asOf: '2026-11-19T14:20:06Z' };
const many = { kind: 'snapshots', version: 1, volume, total: 38, items: [row], asOf: '2026-11-19T14:20:06Z' };

const widgets: Widget[] = [];

async function show(mimeType: string, data: unknown, answers: Partial<IDatamarkApi> = {}) {
  const executed: unknown[] = [];
  const commands = new CommandRegistry();
  for (const id of [CommandIDs.showSnapshot, CommandIDs.openPanel]) {
    commands.addCommand(id, { execute: args => executed.push([id, args]) });
  }
  const datamark = { api: fakeApi(answers, []) } as unknown as IDatamark;
  const renderer = makeRendererFactory({ commands, datamark, language }).createRenderer({
    mimeType
  } as IRenderMime.IRendererOptions);
  Widget.attach(renderer, document.body);
  widgets.push(renderer);
  await renderer.renderModel({ data: { [mimeType]: data } } as unknown as IRenderMime.IMimeModel);
  await until(() => renderer.node.childElementCount > 0);
  const button = (label: string) =>
    [...renderer.node.querySelectorAll('button')].find(node => node.textContent === label);
  return { node: renderer.node, executed, button };
}

afterEach(() => {
  widgets.splice(0).forEach(widget => {
    widget.dispose();
  });
});

describe('a snapshot in a cell output', () => {
  it('says what it was, and opens what is still there', async () => {
    const { node, executed, button } = await show(SNAPSHOT_MIME, one, {
      snapshot: () => Promise.resolve(sampleSnapshot())
    });
    expect(node.textContent).toContain('Snapshot features v3 frozen of home');
    expect(node.textContent).toContain('ready in 1.8 s');
    button('Show')?.click();
    await until(() => executed.length > 0);
    expect(executed).toEqual([[CommandIDs.showSnapshot, { snapshot: row.name }]]);
  });

  it.each([
    [
      'it is gone',
      () => Promise.reject(new RefusedError(problem('snapshot-not-found', { detail: 'Gone.', next: '' })))
    ],
    ['another one has its name now', () => Promise.resolve(sampleSnapshot({ uid: 'uid-2' }))]
  ])('says that it was deleted since when %s, and does nothing', async (_, snapshot) => {
    const { node, executed, button } = await show(SNAPSHOT_MIME, one, { snapshot });
    button('Show')?.click();
    await until(() => node.textContent?.includes('deleted since') === true);
    expect(button('Show')?.getAttribute('aria-disabled')).toBe('true');
    button('Show')?.click();
    expect(executed).toEqual([]);
  });

  it('claims nothing when nobody can be asked, and can be tried again', async () => {
    const refused = problem('sidecar-timeout', { detail: 'No answer.', next: '' });
    const { node, executed, button } = await show(SNAPSHOT_MIME, one, {
      snapshot: () => Promise.reject(new RefusedError(refused))
    });
    button('Show')?.click();
    await until(() => node.textContent?.includes('No answer.') === true);
    expect(node.textContent).not.toContain('deleted since');
    expect(button('Show')?.getAttribute('aria-disabled')).toBe('false');
    expect(executed).toEqual([]);
  });

  it('shows markup in its data as text', async () => {
    const evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
    const { node } = await show(SNAPSHOT_MIME, { ...one, title: evil, volume: { id: 'a', name: evil } });
    expect(node.querySelector('img, script')).toBeNull();
    expect(node.textContent).toContain(evil);
  });

  it.each([
    ['nothing', null],
    ['text', '<b>x</b>'],
    ['another version', { ...one, version: 2 }],
    ['a name that is none', { ...one, name: '../../etc' }],
    ['no time', { ...one, createdAt: 'yesterday' }],
    ['a deep object', { kind: 'snapshot', version: { toString: 'x' } }]
  ])('falls back to a plain sentence for %s', async (_, data) => {
    const { node } = await show(SNAPSHOT_MIME, data);
    expect(node.textContent).toContain('This output is not one that this version of Datamark can show.');
    expect(node.querySelector('button')).toBeNull();
  });

  it('cuts what is too long, and does not guess a state', async () => {
    const { node } = await show(SNAPSHOT_MIME, { ...one, title: 'x'.repeat(100_000), state: { phase: 'exploded' } });
    expect(node.textContent?.length).toBeLessThan(1000);
    expect(node.textContent).toContain('state not known');
  });
});

describe('a table of snapshots in a cell output', () => {
  it('says from when it is', async () => {
    const { node, executed, button } = await show(SNAPSHOTS_MIME, many);
    expect(node.textContent).toContain('1 of 38 snapshots · as of 14:20:06');
    expect(node.querySelectorAll('tbody tr')).toHaveLength(1);
    button('Show in panel')?.click();
    expect(executed).toEqual([[CommandIDs.openPanel, {}]]);
  });

  it('counts rows that can not be read, and is capped', () => {
    const parsed = parseSnapshots({ ...many, items: [row, 7, { ...row, name: 'NOT A NAME' }] });
    expect([parsed?.items.length, parsed?.unreadable]).toEqual([1, 2]);
    const long = parseSnapshots({ ...many, items: new Array<unknown>(5000).fill(row) });
    expect(long?.items).toHaveLength(ROWS_MAX);
  });
});
