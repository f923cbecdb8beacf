import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import { ALWAYS_VISIBLE } from '../testing/fakePage';
import { followFrontNotebook } from './frontNotebook';
import { PinsModel } from './pinsModel';

/** A notebook as far as it is followed. */
class Notebook {
  readonly isDisposed = false;
  kernel: string | null = 'k1';
  readonly context;
  readonly kernelChanged = new Signal<this, void>(this);
  readonly statusChanged = new Signal<this, string>(this);
  readonly pathChanged = new Signal<this, void>(this);

  constructor(path: string) {
    const kernel = () => (this.kernel === null ? null : { id: this.kernel });
    const { kernelChanged, statusChanged, pathChanged } = this;
    this.context = {
      path,
      pathChanged,
      sessionContext: {
        kernelChanged,
        statusChanged,
        get session() {
          return { kernel: kernel() };
        }
      }
    };
  }
}

let asked: string[];
let pins: PinsModel;

beforeEach(() => {
  asked = [];
  const pinned = (kernel: string) => {
    asked.push(kernel);
    return Promise.resolve({ kernel, notebook: null, snapshots: [] });
  };
  pins = new PinsModel({ api: { pinned }, page: ALWAYS_VISIBLE });
  pins.watch();
});

afterEach(() => pins.dispose());

it('follows the notebook in front, its name and its kernel', () => {
  const tracker = { currentWidget: null as Notebook | null };
  const changed = new Signal<typeof tracker, NotebookPanel | null>(tracker);
  followFrontNotebook(
    {
      ...tracker,
      get currentWidget() {
        return tracker.currentWidget;
      },
      currentChanged: changed
    } as unknown as INotebookTracker,
    pins
  );
  expect(pins.front).toBeNull();

  const one = new Notebook('a.ipynb');
  tracker.currentWidget = one;
  changed.emit(null);
  expect(pins.front).toEqual({ path: 'a.ipynb', kernel: 'k1' });
  one.kernel = 'k2';
  one.kernelChanged.emit();
  one.context.path = 'b.ipynb';
  one.pathChanged.emit();
  expect(pins.front).toEqual({ path: 'b.ipynb', kernel: 'k2' });
  expect(asked).toEqual(['k1', 'k2', 'k2']);

  // What a cell does may unpin.
  one.statusChanged.emit('busy');
  one.statusChanged.emit('idle');
  expect(asked).toHaveLength(4);

  tracker.currentWidget = new Notebook('c.ipynb');
  tracker.currentWidget.kernel = null;
  changed.emit(null);
  one.kernelChanged.emit();
  one.statusChanged.emit('idle');
  expect(pins.front).toEqual({ path: 'c.ipynb', kernel: null });
  expect(asked).toHaveLength(4);
});
