import { askReload } from '../dialogs/reloadFiles';
import { fakePage } from '../testing/fakePage';
import { sampleRestore } from '../testing/samples';
import { until } from '../testing/until';
import { offerReload, watchRestores } from './reloadOffer';

jest.mock('../dialogs/reloadFiles', () => ({
  ...jest.requireActual<object>('../dialogs/reloadFiles'),
  askReload: jest.fn()
}));
const ask = jest.mocked(askReload);
const over = sampleRestore({ phase: 'succeeded', finishedAt: '2026-11-19T14:19:00Z' });

beforeEach(() => {
  ask.mockReset().mockResolvedValue(false);
});

function openPage() {
  const page = fakePage();
  page.documents.list = [
    { path: 'a.ipynb', dirty: false },
    { path: 'b.ipynb', dirty: false }
  ];
  const tell = (...restores: ReturnType<typeof sampleRestore>[]) => {
    page.model.restores = { state: 'ready', items: restores };
    page.model.changed.emit(undefined);
  };
  return { ...page, tell };
}

describe('the offer to reload', () => {
  it('names only what differs, and reads files with just another time again without a word', async () => {
    const { context, documents } = openPage();
    documents.disk = { 'a.ipynb': 'touched' };
    await offerReload(context, over);
    expect(ask).not.toHaveBeenCalled();
    expect(documents.reloaded).toEqual(['a.ipynb']);
  });

  it('reloads what was agreed to, and tells what could not be', async () => {
    const { context, documents, told } = openPage();
    documents.disk = { 'a.ipynb': 'changed', 'b.ipynb': 'changed' };
    documents.failing = ['b.ipynb'];
    ask.mockResolvedValue(true);
    await offerReload(context, over);
    expect(documents.reloaded).toEqual(['a.ipynb', 'b.ipynb']);
    expect(told).toEqual(['Not reloaded: b.ipynb. Use File, Reload from Disk.']);
  });
});

describe('a restore that was started elsewhere', () => {
  it('is followed by the offer once', async () => {
    const { context, documents, tell } = openPage();
    documents.disk = { 'a.ipynb': 'changed' };
    watchRestores(context);
    tell(sampleRestore({ phase: 'restoring' }));
    tell(over);
    tell(over);
    await until(() => ask.mock.calls.length > 0);
    tell({ ...over, undo: { possible: false, reason: 'The safety snapshot was deleted.' } });
    await offerReload(context, { ...over, phase: 'cancelled' });
    expect(ask).toHaveBeenCalledTimes(1);
    expect(ask.mock.calls[0]?.[0]).toMatchObject({ reload: ['a.ipynb'] });
  });

  it('is none that was over before, or that this page follows itself', async () => {
    const { context, documents, tell } = openPage();
    documents.disk = { 'a.ipynb': 'changed' };
    watchRestores(context);
    tell(over);
    context.followed.add('mine');
    tell(over, sampleRestore({ id: 'mine', phase: 'restoring' }));
    tell(over, sampleRestore({ id: 'mine', phase: 'succeeded' }), sampleRestore({ id: 'theirs', phase: 'restoring' }));
    tell(over, sampleRestore({ id: 'mine', phase: 'succeeded' }), sampleRestore({ id: 'theirs', phase: 'succeeded' }));
    await until(() => ask.mock.calls.length > 0);
    expect(ask).toHaveBeenCalledTimes(1);
  });
});
