import type { Mirror, MirrorList, ServerEvent } from '../../contract';
import { problem } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import { FakeModel, NOW } from '../testing/fakePage';
import { until } from '../testing/fakeServer';
import { NO_MIRRORS, sampleMirror, sampleMirrors } from '../testing/mirrorSamples';
import type { IDatamarkModel } from '../tokens';
import type { PageVisibility } from './datamarkModel';
import { MirrorsModel } from './mirrorsModel';

class Page implements PageVisibility {
  visible = true;
  private readonly listeners = new Set<() => void>();
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  show(visible: boolean): void {
    this.visible = visible;
    this.listeners.forEach(listener => listener());
  }
}

let list: (anew: boolean) => Promise<MirrorList>;
let asked: boolean[];
let clock: Date;
let page: Page;
let model: FakeModel;
let mirrors: MirrorsModel;

beforeEach(() => {
  asked = [];
  clock = NOW;
  list = () => Promise.resolve(sampleMirrors([sampleMirror()]));
  page = new Page();
  model = new FakeModel();
  mirrors = new MirrorsModel({
    api: {
      mirrors: anew => {
        asked.push(anew);
        return list(anew);
      }
    },
    model: model as unknown as IDatamarkModel,
    page,
    now: () => clock,
    every: 20
  });
});

afterEach(() => mirrors.dispose());

const upsert = (object: Mirror): ServerEvent => ({ type: 'upsert', revision: 1, object });
const later = (ms: number) => (clock = new Date(clock.getTime() + ms));
const refuse = (error: ApiProblem) => {
  list = () => Promise.reject(error);
};
describe('asking', () => {
  it('is done once for the panel, and again and again only for who watches a visible page', async () => {
    jest.useFakeTimers();
    try {
      mirrors.view();
      await jest.advanceTimersByTimeAsync(200);
      expect(asked).toEqual([false]);
      const watched = mirrors.watch();
      await jest.advanceTimersByTimeAsync(50);
      expect(asked).toHaveLength(3);
      page.show(false);
      await jest.advanceTimersByTimeAsync(200);
      expect(asked).toHaveLength(3);
      page.show(true);
      await jest.advanceTimersByTimeAsync(30);
      expect(asked).toHaveLength(4);
      watched.dispose();
      await jest.advanceTimersByTimeAsync(200);
      expect(asked).toHaveLength(4);
    } finally {
      jest.useRealTimers();
    }
  });

  it('waits until there is a connection, and then is not forgotten', async () => {
    const { connection } = model;
    model.connection = { state: 'connecting' };
    model.changed.emit();
    mirrors.view();
    expect(asked).toEqual([]);
    model.connection = connection;
    model.changed.emit();
    await until(() => mirrors.isShown);
    expect(asked).toEqual([false]);
  });

  it('anew does not wait for an answer to what was asked before', async () => {
    list = anew => (anew ? Promise.resolve(sampleMirrors([])) : new Promise(() => undefined));
    void mirrors.look();
    await mirrors.look(true);
    expect(mirrors.found?.items).toEqual([]);
  });
});

describe('what is shown', () => {
  it('is nothing where no source is set up, and where the server part knows no mirrors', async () => {
    expect(mirrors.isShown).toBe(false);
    list = () => Promise.resolve(NO_MIRRORS);
    await mirrors.look();
    expect(mirrors.isShown).toBe(false);
    refuse(
      new ApiProblem('foreign', { type: 'about:blank', title: '', status: 404, detail: '', next: '', object: null })
    );
    await mirrors.look();
    expect(mirrors.isShown).toBe(false);
  });

  it('keeps what was told beside a refusal', async () => {
    await mirrors.look();
    refuse(new ApiProblem('answered', problem('storage-unreachable', { detail: 'ONTAP is silent.', next: '' })));
    await mirrors.look();
    expect(mirrors.content).toMatchObject({ state: 'refused', problem: { detail: 'ONTAP is silent.' } });
    expect(mirrors.found?.items).toHaveLength(1);
    expect(mirrors.isShown).toBe(true);
  });

  it('is a refusal, and no empty list, where nothing was ever told', async () => {
    refuse(new ApiProblem('answered', problem('internal', { detail: 'It broke.', next: '' })));
    await mirrors.look();
    expect(mirrors.content).toMatchObject({ state: 'refused', before: null });
    expect(mirrors.isShown).toBe(true);
  });

  it('takes over events at once, also those that come while a list is under way', async () => {
    await mirrors.look();
    model.emit(upsert(sampleMirror({ state: 'broken-off' })));
    expect(mirrors.found?.items).toMatchObject([{ state: 'broken-off' }]);
    let answer: (list: MirrorList) => void = () => undefined;
    list = () => new Promise(resolve => (answer = resolve));
    const done = mirrors.look();
    model.emit(upsert(sampleMirror({ state: 'paused' })));
    answer(sampleMirrors([sampleMirror()]));
    await done;
    expect(mirrors.found?.items).toMatchObject([{ state: 'paused' }]);
    model.emit({ type: 'remove', revision: 2, kind: 'mirror', id: 'churn-features', volume: null });
    expect(mirrors.found?.items).toEqual([]);
  });

  it('is as old as the server’s clock says', async () => {
    later(-3_600_000);
    await mirrors.look();
    expect(mirrors.now()).toEqual(NOW);
    later(60_000);
    expect(mirrors.now()).toEqual(new Date(NOW.getTime() + 60_000));
  });
});

describe('data that becomes stale', () => {
  const guarded = (minutes: number) =>
    sampleMirror({
      data: { known: true, asOf: new Date(NOW.getTime() - minutes * 60_000).toISOString(), snapshot: null },
      guard: { maxAgeSeconds: 3600, setBy: 'annotation', state: 'fresh' }
    });
  let told: string[];

  beforeEach(() => {
    told = [];
    mirrors.becameStale.connect((_, { volumeName }) => void told.push(volumeName));
  });

  it('is told once, and again only after it was fresh', async () => {
    list = () => Promise.resolve(sampleMirrors([guarded(59)]));
    await mirrors.look();
    expect(told).toEqual([]);
    model.emit(upsert(guarded(61)));
    model.emit(upsert(guarded(62)));
    expect(told).toEqual(['home']);
    model.emit(upsert(sampleMirror({ ...guarded(0), data: { known: false, reason: 'No answer.', snapshot: null } })));
    model.emit(upsert(guarded(63)));
    expect(told).toEqual(['home']);
    model.emit(upsert(guarded(1)));
    model.emit(upsert(guarded(61)));
    expect(told).toEqual(['home', 'home']);
  });

  it('is told when its time is up, though nobody has asked since', async () => {
    list = () => Promise.resolve(sampleMirrors([guarded(60)]));
    await mirrors.look();
    expect(told).toEqual([]);
    later(1);
    await until(() => told.length === 1);
    expect(asked).toHaveLength(1);
  });
});
