// Runs the code cells of a notebook one after the other with the Python that has MLflow, as a kernel does, without a kernel.
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { MlflowServer } from './mlflowServer';

const ROOT = join(__dirname, '..', '..');
const COMPARED = 'compared: ';

/** Magics of the first line are passed over: there is no IPython here. */
const RUN = `
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
names = {"__name__": "__main__"}
for cell in cells:
    if cell["cell_type"] == "code":
        source = "".join(cell["source"])
        source = source.split("\\n", 1)[1] if source.startswith("%%") else source
        exec(compile(source, "cell", "exec"), names)
print(${JSON.stringify(COMPARED)} + json.dumps(names.get("_datamark", {}).get("compared")))
`;

/** A line of the comparison that a reproduction ends with. */
export interface Compared {
  readonly kind: 'metric' | 'parameter';
  readonly name: string;
  readonly old: string;
  readonly new: string | null;
  readonly is: 'same' | 'differs' | 'not told';
}

export interface NotebookRun {
  readonly shown: string;
  /** null: the notebook is no reproduction. */
  readonly compared: readonly Compared[] | null;
}

/** Runs it in its folder; throws what it writes on stderr where a cell fails. */
export async function runNotebook(
  path: string,
  server: MlflowServer,
  environment: Readonly<Record<string, string>> = {}
): Promise<NotebookRun> {
  const run = promisify(execFile);
  const made = await run(join(ROOT, '.venv/bin/python'), ['scripts/mlflowEnvironment.py'], { cwd: ROOT });
  const { stdout } = await run(join(made.stdout.trim(), 'python'), ['-c', RUN, path], {
    cwd: dirname(path),
    env: {
      HOME: tmpdir(),
      PATH: process.env.PATH,
      MLFLOW_TRACKING_URI: server.address,
      PYTHONDONTWRITEBYTECODE: '1',
      ...environment
    }
  });
  const at = stdout.lastIndexOf(COMPARED);
  const compared = JSON.parse(stdout.slice(at + COMPARED.length)) as NotebookRun['compared'];
  return { shown: stdout.slice(0, at), compared };
}

/** The text of a notebook with these code cells; a cell may have tags. */
export const notebookText = (cells: readonly (string | { source: string; tags: string[] })[]): string =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    cells: cells.map((cell, at) => ({
      id: `cell-${at}`,
      cell_type: 'code',
      execution_count: 1,
      outputs: [{ output_type: 'stream', name: 'stdout', text: 'of the first time' }],
      metadata: typeof cell === 'string' ? {} : { tags: cell.tags },
      source: typeof cell === 'string' ? cell : cell.source
    }))
  });
