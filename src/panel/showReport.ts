/** Opens what tells why something is off: the check report, or the status while nothing can be checked. */
import { CommandIDs } from '../tokens';
import { run, type PanelEnvironment } from './environment';

/** The command for it now. */
export const reportCommand = ({ commands, model }: Pick<PanelEnvironment, 'commands' | 'model'>): string =>
  model.connection.state === 'online' && commands.hasCommand(CommandIDs.check)
    ? CommandIDs.check
    : CommandIDs.showStatus;

/** Opens it. */
export const showReport = (environment: PanelEnvironment): void => run(environment, reportCommand(environment));
