/**
 * The command line of the bundle: `serve --fd N | --socket PATH`. It is made for the parent process that starts it;
 * people use the `datamark` command of the Python package.
 */
import { parseArgs } from 'node:util';
import { readConfiguration } from './configuration';
import { exitCodes } from './exitCodes';
import { serve } from './serve';
import type { Listening } from './listen';

const USAGE = 'usage: sidecar.mjs serve (--fd N | --socket PATH) [--check-responses]';

type Parsed =
  | { readonly ok: true; readonly listening: Listening; readonly checkResponses: boolean }
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
        'check-responses': { type: 'boolean', default: false }
      }
    });
    const { fd, socket, 'check-responses': checkResponses } = values;
    if (positionals.length !== 1 || positionals[0] !== 'serve') {
      return refuse('The only command is `serve`.');
    }
    if ((fd === undefined) === (socket === undefined)) {
      return refuse('Give either --fd or --socket.');
    }
    if (socket !== undefined) {
      return { ok: true, listening: { path: socket }, checkResponses };
    }
    const number = Number(fd);
    if (!Number.isInteger(number) || number < 3) {
      return refuse(`--fd takes the number of an inherited listening socket, not ${fd}.`);
    }
    return { ok: true, listening: { fd: number }, checkResponses };
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
  const configuration = readConfiguration(process.env['DATAMARK_CONFIG']);
  if (!configuration.ok) {
    return fail(exitCodes.configuration, configuration.message);
  }
  await serve({ ...parsed, configuration: configuration.value });
}
