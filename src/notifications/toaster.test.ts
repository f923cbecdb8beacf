import { Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { waitingClone } from '../testing/clusterSamples';
import { FakeModel, language } from '../testing/fakePage';
import { sampleProblem, sampleSnapshot } from '../testing/samples';
import { until } from '../testing/until';
import { CommandIDs, type IDatamarkModel } from '../tokens';
import { Toaster } from './toaster';

const pending = sampleSnapshot({ state: { phase: 'pending', since: '2026-11-19T14:19:00Z', message: '' } });

const toasterOn = (model: FakeModel, withPanel = true) => {
  const commands = new CommandRegistry();
  if (withPanel) {
    commands.addCommand(CommandIDs.showSnapshot, { execute: () => undefined });
  }
  const typed = model as unknown as IDatamarkModel;
  return new Toaster({ model: typed, commands, language, followMs: 60_000, drawnMs: 100 });
};
const shown = () =>
  Notification.manager.notifications.map(one => [one.type, one.message, one.options.actions?.map(act => act.label)]);

afterEach(() => {
  Notification.dismiss();
});

describe('a message on the page', () => {
  it('becomes what became of the snapshot, in place', async () => {
    const model = new FakeModel();
    toasterOn(model).snapshot(pending);
    expect(shown()).toEqual([['in-progress', 'Snapshot of home is being made', []]]);
    model.finishSnapshot(sampleSnapshot());
    await until(() => shown()[0]?.[0] === 'success');
    expect(shown()).toEqual([['success', 'Snapshot of home is ready', ['Show']]]);
  });

  it('tells the end also when the first message was closed', async () => {
    const model = new FakeModel();
    toasterOn(model).snapshot(pending);
    Notification.dismiss();
    model.finishSnapshot(sampleSnapshot());
    await until(() => shown().length === 1);
    expect(shown()[0]?.[1]).toBe('Snapshot of home is ready');
  });

  it('stays until it is closed when something failed', () => {
    toasterOn(new FakeModel()).problem('No snapshot', sampleProblem());
    const [only] = Notification.manager.notifications;
    expect(only?.options.autoClose).toBe(false);
    expect(shown()).toEqual([['error', 'No snapshot: The disk of home is full.', ['Details']]]);
  });

  it('offers no button that nothing answers', () => {
    toasterOn(new FakeModel(), false).snapshot(sampleSnapshot());
    expect(shown()).toEqual([['success', 'Snapshot of home is ready', []]]);
  });

  it('of a clone that waits for its first use has ended, and says so', () => {
    toasterOn(new FakeModel()).clone(waitingClone());
    expect(shown()).toEqual([['success', 'Clone lr-sweep is made. It gets its data when a server first uses it.', []]]);
  });
});
