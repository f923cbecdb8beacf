/** What every view of the panel gets: models to render, commands to execute, words and formats. */
import { showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import * as React from 'react';
import type { Format } from '../model/format';
import type { LineageModel } from '../model/lineageModel';
import type { MirrorsModel } from '../model/mirrorsModel';
import type { IDatamarkModel } from '../tokens';
import type { PanelState } from './panelState';

export interface PanelEnvironment {
  readonly model: IDatamarkModel;
  readonly lineage: LineageModel;
  readonly mirrors: MirrorsModel;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
  readonly format: Format;
  readonly state: PanelState;
  /** false: nothing ticks. */
  readonly visible: boolean;
}

const EnvironmentContext = React.createContext<PanelEnvironment | null>(null);

/** Gives the environment to all views below. */
export const EnvironmentProvider = EnvironmentContext.Provider;

/** The environment of this panel. */
export function useEnvironment(): PanelEnvironment {
  const environment = React.useContext(EnvironmentContext);
  if (environment === null) {
    throw new Error('a view of the panel is rendered outside of it');
  }
  return environment;
}

/** Runs a command; what it could not say itself is shown in a dialog. */
export function run(
  environment: Pick<PanelEnvironment, 'commands' | 'trans'>,
  command: string,
  args: ReadonlyPartialJSONObject = {}
): void {
  environment.commands.execute(command, args).catch((error: unknown) => {
    void showErrorMessage(environment.trans.__('Datamark'), error instanceof Error ? error : String(error));
  });
}

/** Renders again after a signal, at most once per frame however often it comes. */
export function useSignal(signal: ISignal<unknown, unknown>): void {
  const [, render] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    let frame: number | null = null;
    const onChange = () => {
      frame ??= requestAnimationFrame(() => {
        frame = null;
        render();
      });
    };
    signal.connect(onChange);
    // What changed between the first render and this connection.
    onChange();
    return () => {
      signal.disconnect(onChange);
      if (frame !== null) {
        cancelAnimationFrame(frame);
      }
    };
  }, [signal]);
}

/** The time now, anew every `period` ms while the panel is visible. */
export function useNow(period: number): Date {
  const { visible } = useEnvironment();
  const [now, setNow] = React.useState(() => new Date());
  React.useEffect(() => {
    if (!visible) {
      return;
    }
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      setNow(new Date());
      timer = setTimeout(tick, period);
    };
    tick();
    return () => clearTimeout(timer);
  }, [period, visible]);
  return now;
}
