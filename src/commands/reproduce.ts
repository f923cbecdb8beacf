/** Commands that go from a run or a model version back to its data: reproduce it, show its data card. */
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Reproduction } from '../../contract';
import type { ReproductionSession } from '../dialogs/reproductionSession';
import { modelIn } from '../model/runOrModel';
import { DataCardArgs, parseArgs, ReproduceArgs } from './commandArguments';
import type { ICommandContext } from './commandContext';
import { CANCELLED, type Outcome } from './outcome';
import { RefusedError } from './problemOf';
import { loadModel } from './targets';

type Args = ReadonlyPartialJSONObject;

export async function reproduce(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans } = context;
  const asked = parseArgs(ReproduceArgs, args, trans);
  const of = asked.of ?? (await askSubject(context, trans.__('Reproduce which run or model?'), trans.__('Look')));
  if (of === null) {
    return CANCELLED;
  }
  await loadModel(datamark.model, trans);
  const { ReproductionSession } = await import('../dialogs/reproductionSession');
  const { api, model } = datamark;
  const session = new ReproductionSession({ api, model, of, newKey: context.newKey, language: context });
  session.changed.connect(() => rememberBegun(context, session));
  if (asked.name !== undefined) {
    session.begin({ name: asked.name });
    return session.following.then(() => ended(context, session)).finally(() => session.dispose());
  }
  const { askReproduction } = await import('../dialogs/reproduction');
  void session.look();
  const pressed = await askReproduction({ of, session, model, language: context });
  const { stage } = session;
  if (stage.state === 'making') {
    void goOn(context, session);
    return { outcome: 'started', of, name: stage.made?.name ?? null };
  }
  session.dispose();
  if (stage.state === 'stopped') {
    return { outcome: 'refused', problem: stage.problem };
  }
  if (stage.state !== 'made') {
    return CANCELLED;
  }
  if (pressed === 'open') {
    await open(context, stage.made);
  }
  return outcomeOf(stage.made);
}

/** Goes on with what was begun before this page was left, without a dialog, and tells how it ended. */
export async function goOnWithBegun(context: ICommandContext): Promise<void> {
  const { datamark, trans, announcer, begun, newKey } = context;
  const left = begun.all();
  if (left.length === 0) {
    return;
  }
  const { api, model } = datamark;
  const clones = await api.clones();
  const { ReproductionSession } = await import('../dialogs/reproductionSession');
  await Promise.all(
    left.map(async ({ of, ...choice }) => {
      // Somebody deleted its clone: asking for it again would make it anew.
      if (!clones.some(({ name }) => name === choice.name)) {
        begun.remove(choice.name);
        return;
      }
      const session = new ReproductionSession({ api, model, of, newKey, language: context });
      session.changed.connect(() => rememberBegun(context, session));
      announcer.info(trans.__('Going on with the reproduction %1.', choice.name));
      session.begin(choice);
      await goOn(context, session);
    })
  );
}

/** Leaving the page while clones are made would leave them without a notebook. */
function rememberBegun({ begun }: ICommandContext, { stage, request }: ReproductionSession): void {
  const { name, data = [] } = request;
  if (name === undefined || stage.state === 'planning') {
    return;
  }
  if (stage.state === 'making') {
    begun.add({ ...request, name, data });
  } else if (stage.state === 'made' || (stage.state === 'stopped' && stage.problem.status !== 0)) {
    begun.remove(name);
  }
}

export async function showDataCard(context: ICommandContext, args: Args): Promise<Outcome> {
  const { datamark, trans } = context;
  const asked = parseArgs(DataCardArgs, args, trans);
  const of = asked.of ?? (await askSubject(context, trans.__('Data card of which model or run?'), trans.__('Show')));
  if (of === null) {
    return CANCELLED;
  }
  const { showDataCard: show } = await import('../dialogs/dataCard');
  await show({ label: modelIn(of) ?? of, ask: signal => datamark.api.dataCard(of, signal) }, context);
  return { outcome: 'done', of };
}

async function askSubject({ trans }: ICommandContext, title: string, accept: string): Promise<string | null> {
  return (await import('../dialogs/askRunOrModel')).askRunOrModel({ title, accept }, trans);
}

/** The dialog was closed meanwhile: how it ended is told as a message. */
async function goOn(context: ICommandContext, session: ReproductionSession): Promise<void> {
  const { announcer, trans } = context;
  await session.following;
  const { stage } = session;
  session.dispose();
  if (stage.state === 'made') {
    announcer.info(endWords(stage.made));
  } else if (stage.state === 'stopped') {
    announcer.problem(trans.__('Not reproduced'), stage.problem);
  }
}

/** Without a dialog the notebook is opened at once. */
async function ended(context: ICommandContext, { stage }: ReproductionSession): Promise<Outcome> {
  if (stage.state === 'stopped') {
    throw new RefusedError(stage.problem);
  }
  if (stage.state !== 'made') {
    return CANCELLED;
  }
  context.announcer.info(endWords(stage.made));
  if (stage.made.outcome.state === 'written') {
    await open(context, stage.made);
  }
  return outcomeOf(stage.made);
}

const endWords = ({ outcome }: Reproduction): string =>
  outcome.state === 'written'
    ? `${outcome.message} ${outcome.browsePath ?? outcome.path}`
    : 'message' in outcome
      ? outcome.message
      : '';

const outcomeOf = ({ name, outcome }: Reproduction): Outcome => ({
  outcome: 'done',
  name,
  state: outcome.state,
  path: outcome.state === 'written' ? outcome.path : null
});

async function open(context: ICommandContext, { outcome, clones }: Reproduction): Promise<void> {
  const { folderOf } = await import('../dialogs/reproductionWords');
  if (outcome.state === 'written' && outcome.browsePath !== null) {
    if (context.openFile === null) {
      await context.showFolder(outcome.browsePath.slice(0, Math.max(0, outcome.browsePath.lastIndexOf('/'))));
    } else {
      context.openFile(outcome.browsePath);
    }
  } else if (outcome.state === 'mount' && outcome.server !== null) {
    context.openPage(outcome.server);
  } else if (outcome.state === 'data-only') {
    const folder = folderOf(clones);
    if (folder !== null) {
      await context.showFolder(folder);
    }
  }
}
