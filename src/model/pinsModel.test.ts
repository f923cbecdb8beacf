import type { PinnedSnapshots } from '../../contract';
import { ALWAYS_VISIBLE } from '../testing/fakePage';
import { until } from '../testing/fakeServer';
import { sampleLink } from '../testing/lineageSamples';
import { PinsModel } from './pinsModel';

const pinned = (kernel: string, ...names: string[]): PinnedSnapshots => ({
  kernel,
  notebook: null,
  snapshots: names.map(snapshot => sampleLink({ snapshot }))
});

let asked: string[];
let answers: Map<string, (answer: PinnedSnapshots) => void>;
let page: { visible: boolean; onChange: (listener: () => void) => () => void };
let listeners: Set<() => void>;
let pins: PinsModel;

beforeEach(() => {
  asked = [];
  answers = new Map();
  listeners = new Set();
  page = {
    visible: true,
    onChange: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    }
  };
  const api = {
    pinned: (kernel: string) => {
      asked.push(kernel);
      return new Promise<PinnedSnapshots>(resolve => answers.set(kernel, resolve));
    }
  };
  pins = new PinsModel({ api, page });
});

afterEach(() => pins.dispose());

const names = () => (pins.content.state === 'ready' ? pins.content.pinned.snapshots.map(one => one.snapshot) : null);

it('asks for the kernel in front only while somebody looks', async () => {
  pins.setFront({ path: 'a.ipynb', kernel: 'k1' });
  expect(asked).toEqual([]);
  const watched = pins.watch();
  expect(asked).toEqual(['k1']);
  answers.get('k1')?.(pinned('k1', 'home.1'));
  await until(() => names()?.[0] === 'home.1');
  watched.dispose();
  await pins.look();
  expect(asked).toEqual(['k1']);
  expect(listeners.size).toBe(0);
});

it('asks nothing on a hidden page, and for a notebook without a kernel', () => {
  page.visible = false;
  pins.setFront({ path: 'a.ipynb', kernel: 'k1' });
  pins.watch();
  expect(asked).toEqual([]);
  page.visible = true;
  listeners.forEach(listener => listener());
  expect(asked).toEqual(['k1']);
  pins.setFront({ path: 'b.ipynb', kernel: null });
  pins.setFront(null);
  expect(asked).toEqual(['k1']);
});

it('never shows the pin of one notebook with another', async () => {
  pins.watch();
  pins.setFront({ path: 'a.ipynb', kernel: 'k1' });
  pins.setFront({ path: 'b.ipynb', kernel: 'k2' });
  answers.get('k1')?.(pinned('k1', 'home.1'));
  answers.get('k2')?.(pinned('k2', 'home.2'));
  await until(() => names() !== null);
  expect(names()).toEqual(['home.2']);
  pins.setFront({ path: 'b.ipynb', kernel: 'k3' });
  expect(names()).toBeNull();
});

it('takes what a command was told, and drops an answer that is older', async () => {
  pins.watch();
  pins.setFront({ path: 'a.ipynb', kernel: 'k1' });
  const late = answers.get('k1');
  pins.told(pinned('k1'));
  pins.told(pinned('other', 'home.9'));
  late?.(pinned('k1', 'home.1'));
  await Promise.resolve();
  await Promise.resolve();
  expect(names()).toEqual([]);
});

it('tells that it can’t be known', async () => {
  const failing = new PinsModel({
    api: { pinned: () => Promise.reject(new Error('no answer')) },
    page: ALWAYS_VISIBLE
  });
  failing.setFront({ path: 'a.ipynb', kernel: 'k1' });
  failing.watch();
  await until(() => failing.content.state === 'refused');
  expect(failing.content).toMatchObject({ problem: { detail: 'no answer' } });
  failing.dispose();
});
