/**
 * Registers the commands: label, caption with the true reason when one is off, icon, described arguments.
 * What each does stands in the files beside this one and is loaded when it runs; every error becomes an answer.
 */
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { z } from 'zod';
import type { Outcome } from './outcome';
import { describe } from './commandArguments';
import type { ICommandContext } from './commandContext';
import { problemOf } from './problemOf';

type Args = ReadonlyPartialJSONObject;

/** One command, as it is written down in `commandList.ts` and by the notebook plugin. */
export interface ICommandEntry {
  readonly id: string;
  readonly label: (args: Args) => string;
  readonly caption: string;
  readonly icon?: LabIcon;
  readonly args: z.ZodType;
  /** Why it can't be used now, or null. */
  readonly whyNot: (args: Args) => string | null;
  readonly visible?: (args: Args) => boolean;
  /** What did not happen if it fails: "No snapshot". */
  readonly headline: string;
  readonly run: (context: ICommandContext, args: Args) => Promise<Outcome>;
}

/** Adds one command. */
export function registerCommand(context: ICommandContext, entry: ICommandEntry): void {
  context.commands.addCommand(entry.id, {
    label: args => entry.label(args),
    caption: args => entry.whyNot(args) ?? entry.caption,
    // Toolbars and palette show icons; a menu only where JupyterLab's own entries have them.
    icon: args => (args.isMenu === true ? undefined : entry.icon),
    isEnabled: args => entry.whyNot(args) === null,
    isVisible: args => entry.visible?.(args) ?? true,
    describedBy: describe(entry.args),
    execute: args => runCommand(context, entry, args)
  });
}

/** Runs it; what goes wrong is told to the person and answered, never thrown. */
export async function runCommand(context: ICommandContext, entry: ICommandEntry, args: Args): Promise<Outcome> {
  try {
    return await entry.run(context, args);
  } catch (error) {
    const problem = problemOf(error, context.trans);
    context.announcer.problem(entry.headline, problem);
    return { outcome: 'refused', problem };
  }
}

/** Tells the toolbars and menus when a reason has come or gone, and only then. */
export function followReasons(
  commands: CommandRegistry,
  reasons: readonly { readonly id: string; readonly whyNot: () => string | null }[]
): () => void {
  const last = new Map<string, string | null>();
  return () => {
    for (const { id, whyNot } of reasons) {
      const reason = whyNot();
      if (last.get(id) !== reason) {
        last.set(id, reason);
        commands.notifyCommandChanged(id);
      }
    }
  };
}
