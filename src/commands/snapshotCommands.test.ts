import { problem } from '../../contract';
import { askSnapshot } from '../dialogs/createSnapshot';
import { fakePage } from '../testing/fakePage';
import { sampleSnapshot, sampleVolume } from '../testing/samples';
import { createSnapshot } from './snapshotCommands';

// What a person chooses; the dialog itself has its own tests.
jest.mock('../dialogs/createSnapshot', () => ({ askSnapshot: jest.fn() }));
const ask = jest.mocked(askSnapshot);

const home = sampleVolume();
const data = sampleVolume({ id: 'data-1', name: 'data', browsePath: 'data' });
const busy = problem('operation-in-progress', { detail: 'A snapshot of data is being made.', next: 'Wait for it.' });

beforeEach(() => {
  ask.mockReset();
});

describe('a snapshot of several volumes', () => {
  const chosen = { volumes: [home, data], title: 'both', note: '', hold: false, saveFirst: false };

  it('tells which volume refused and why, and follows the others', async () => {
    const made = sampleSnapshot();
    const { context, model, calls, told, problems } = fakePage({
      createSnapshots: () =>
        Promise.resolve({
          items: [
            { volume: home.id, created: true, snapshot: made },
            { volume: data.id, created: false, problem: busy }
          ]
        })
    });
    model.volumes = { state: 'ready', items: [home, data] };
    ask.mockResolvedValue(chosen);
    await expect(createSnapshot(context, {})).resolves.toEqual({
      outcome: 'started',
      snapshot: made.name,
      snapshots: [made.name]
    });
    expect(calls).toEqual([
      ['createSnapshots', expect.objectContaining({ title: 'both', volumes: [home.id, data.id] }), 'key-1']
    ]);
    expect(told).toEqual([`snapshot ${made.name}`, 'No snapshot of data']);
    expect(problems).toEqual([busy]);
  });

  it('makes nothing when the dialog is cancelled', async () => {
    const { context, model, calls } = fakePage();
    model.volumes = { state: 'ready', items: [home, data] };
    ask.mockResolvedValue(null);
    await expect(createSnapshot(context, {})).resolves.toEqual({ outcome: 'cancelled' });
    expect(calls).toEqual([]);
  });
});
