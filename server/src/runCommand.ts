/**
 * The command line of the bundle: `serve --fd N | --socket PATH`, `owners`, and `controller`. It is made for the parent
 * process or the pod that starts it; people use the `datamark` command of the Python package.
 */
import { parseArgs } from 'node:util';
import { readConfiguration } from './configuration';
import { exitCodes } from './exitCodes';
import { runOwners } from './runOwners';
import { serve } from './serve';
import type { Listening } from './listen';

const USAGE =
  'usage: sidecar.mjs serve (--fd N | --socket PATH) [--check-responses] | owners [--namespace NAME]… | controller';

type Parsed =
  | { readonly ok: true; readonly command: 'serve'; readonly listening: Listening; readonly checkResponses: boolean }
  | { readonly ok: true; readonly command: 'owners'; readonly namespaces: readonly string[] }
  | { readonly ok: true; readonly command: 'controller' }
  | { readonly ok: false; readonly message: string };

/** Reads the arguments behind the file's name. */
export function parseCommand(args: readonly string[]): Parsed {
  const refuse = (message: string): Parsed => ({ ok: false, message });
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        fd: { type: 'string' },
        socket: { type: 'string' },
        'check-responses': { type: 'boolean', default: false },
        namespace: { type: 'string', multiple: true, default: [] }
      }
    });
    const { fd, socket, 'check-responses': checkResponses, namespace: namespaces } = values;
    const [command, ...rest] = positionals;
    if (rest.length > 0 || (command !== 'serve' && command !== 'owners' && command !== 'controller')) {
      return refuse('The commands are `serve`, `owners` and `controller`.');
    }
    if (command === 'controller') {
      return { ok: true, command };
    }
    if (command === 'owners') {
      return { ok: true, command, namespaces };
    }
    if ((fd === undefined) === (socket === undefined)) {
      return refuse('Give either --fd or --socket.');
    }
    if (socket !== undefined) {
      return { ok: true, command, listening: { path: socket }, checkResponses };
    }
    const number = Number(fd);
    if (!Number.isInteger(number) || number < 3) {
      return refuse(`--fd takes the number of an inherited listening socket, not ${fd}.`);
    }
    return { ok: true, command, listening: { fd: number }, checkResponses };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** Does what the arguments say; sets the exit code when it can't. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const fail = (code: number, message: string): void => {
    process.stderr.write(`datamark: ${message}\n`);
    process.exitCode = code;
  };
  const parsed = parseCommand(args);
  if (!parsed.ok) {
    return fail(exitCodes.usage, `${parsed.message} ${USAGE}`);
  }
  if (parsed.command === 'controller') {
    const { runController } = await import('./controller/runController');
    return runController(process.env);
  }
  const configuration = readConfiguration(process.env['DATAMARK_CONFIG']);
  if (!configuration.ok) {
    return fail(exitCodes.configuration, configuration.message);
  }
  if (parsed.command === 'serve') {
    await serve({ ...parsed, configuration: configuration.value });
  } else if (!(await runOwners(configuration.value, parsed.namespaces))) {
    process.exitCode = exitCodes.refused;
  }
}
