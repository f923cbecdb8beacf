import { problem, type UnavailableStatus } from '../../contract';
import { ApiProblem } from '../api/apiProblem';
import { language } from '../testing/fakePage';
import { type FakeServer, until } from '../testing/fakeServer';
import { manySnapshots } from '../testing/manySnapshots';
import { PanelScene } from '../testing/panelScene';
import { sampleProblem } from '../testing/samples';
import { CommandIDs } from '../tokens';

const unavailable = (change: Partial<UnavailableStatus>): UnavailableStatus => ({
  state: 'unavailable',
  cause: 'crashed',
  title: 'x',
  detail: 'Its Node process stopped 3 times, so it was not started again.',
  fix: 'Your files and snapshots are not affected.',
  log: ['exit code 1'],
  retryAt: null,
  ...change
});

let scene: PanelScene;
let server: FakeServer;

beforeEach(() => {
  scene = new PanelScene();
  ({ server } = scene);
});

afterEach(() => scene.dispose());

it('opens the status from its footer while nothing can be checked', async () => {
  server.status = unavailable({});
  await scene.show('Not running');
  scene.query('button.dm-footer-row').click();
  expect(scene.ran.map(([command]) => command)).toEqual([CommandIDs.showStatus]);
});

it('asks for a reload when the login of the page has ended', async () => {
  const told = problem('login-needed', { detail: 'You are not logged in to this Jupyter server.', next: 'Reload.' });
  server.status = new ApiProblem('answered', told);
  await scene.show('Reload the page', 'You are not logged in to this Jupyter server.', 'Not logged in');
  expect(scene.text()).not.toContain('You may not see');
  expect(await scene.serious()).toEqual([]);
});

it('says that there are no volumes', async () => {
  server.volumes = [];
  await scene.show('No volumes found');
});

it('says who may not see volumes, what to ask for, and what is missing', async () => {
  server.fault = new ApiProblem(
    'answered',
    problem('forbidden', { detail: 'Account nb-alice may not list volumes.', next: 'Ask an admin.' })
  );
  await scene.show('You may not see volumes', 'Account nb-alice may not list volumes.', 'Ask an admin.');
  expect(await scene.serious()).toEqual([]);
  scene.clickButton('Show what is missing');
  expect(scene.ran).toEqual([[CommandIDs.check, {}]]);
});

it('tells a malformed answer from an empty list', async () => {
  server.fault = ApiProblem.malformed(language.trans, 'volumes: items[3].createdAt is missing');
  await scene.show('The list can’t be shown', 'items[3].createdAt is missing', 'Copy details');
});

it('says why there is no list in the words of whoever refused it, and what is missing', async () => {
  server.fault = new ApiProblem(
    'answered',
    problem('internal', { detail: 'The storage could not be opened.', next: 'Look into the log.' })
  );
  await scene.show('The list can’t be shown', 'The storage could not be opened.', 'Look into the log.');
  expect(scene.text()).not.toContain('malformed');
  scene.clickButton('Show what is missing');
  expect(scene.ran).toEqual([[CommandIDs.check, {}]]);
});

it('shows the log of a sidecar that does not run, and starts it again', async () => {
  server.status = unavailable({});
  await scene.show(
    'Datamark is not running',
    'Your files and snapshots are not affected.',
    'exit code 1',
    'Not running'
  );
  scene.query('.is-primary').click();
  expect(scene.ran).toEqual([[CommandIDs.refresh, {}]]);
  expect(await scene.serious()).toEqual([]);
});

it('says which Node.js is needed', async () => {
  server.status = unavailable({ cause: 'node-too-old', detail: 'Found version 20.20.2.', fix: 'Install it.' });
  await scene.show('Node.js 22.19 or newer is needed', 'Found version 20.20.2.', 'Check again');
});

it('asks to reload where page and server differ', async () => {
  if (server.status instanceof ApiProblem || server.status.state !== 'running') {
    throw new Error('the fake server does not run');
  }
  server.status = { ...server.status, api: { major: 2, minor: 0 } };
  await scene.show('Reload the page', 'Page and server differ');
});

it('shows one clear message where the server has no Datamark', async () => {
  server.status = new ApiProblem('foreign', sampleProblem({ status: 404, type: 'about:blank' }));
  await scene.show('Datamark is missing on the server', 'No server part');
  expect(scene.panel.node.querySelectorAll('.dm-section')).toHaveLength(1);
  expect(await scene.serious()).toEqual([]);
});

it('keeps old rows with their time when nobody answers any more', async () => {
  server.snapshots = manySnapshots(2);
  await scene.show('snapshot 1');
  server.status = ApiProblem.unreachable(language.trans);
  server.breakStreams();
  await until(() => /The Jupyter server does not answer\. Shown as of \d\d:\d\d\. Try now/.test(scene.text()));
  expect(scene.text()).toContain('snapshot 1');
  expect(scene.text()).toContain('No answer for');
});
