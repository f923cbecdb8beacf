import { Dialog } from '@jupyterlab/apputils';
import { hubStatus } from '../testing/clusterSamples';
import { fakePage } from '../testing/fakePage';
import { samplePlan, sampleRestore } from '../testing/samples';
import { button } from '../testing/shownDialog';
import type { ServerSighting } from './ownServer';
import { stopForRestore } from './restoreWithStop';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
  Dialog.flush();
});

/** A server that was stopped, and what is seen of it second by second. */
async function stoppedServer(...sightings: ServerSighting[]) {
  const made = fakePage();
  made.model.connection = { state: 'online', status: hubStatus() };
  made.server.sightings = sightings;
  const restore = sampleRestore({ phase: 'waiting', plan: samplePlan({ stopsServer: true }) });
  const done = stopForRestore(made.context, restore);
  const look = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1000);
  await look(0);
  return { ...made, look, done };
}

const repeated = (sighting: ServerSighting, times: number): ServerSighting[] =>
  Array.from({ length: times }, () => sighting);

describe('a page whose server was stopped', () => {
  it('is loaded again as soon as a server answers that does not know its login', async () => {
    const { server, look, done } = await stoppedServer('gone', 'startable', 'answers');
    await look(3);
    expect(server.done).toEqual(['stop', 'reload']);
    await done;
  });

  it('leaves the login to the hub’s page that was opened from it', async () => {
    const { server, told, look, done } = await stoppedServer('startable', 'gone', ...repeated('answers', 4), 'back');
    await look(1);
    button('Start your server')?.click();
    await look(5);
    expect(told).toContain('page /hub/spawn/alice');
    expect(server.done).toEqual(['stop']);
    await look(1);
    expect(server.done).toEqual(['stop', 'reload']);
    await done;
  });

  it('logs in itself when that page does not', async () => {
    const { server, look, done } = await stoppedServer('startable', ...repeated('answers', 30));
    await look(1);
    button('Start your server')?.click();
    await look(15);
    expect(server.done).toEqual(['stop']);
    await look(1);
    expect(server.done).toEqual(['stop', 'reload']);
    await done;
  });
});
