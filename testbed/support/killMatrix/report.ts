// The tables of restores under faults: each tool's is kept as JSON, and all that are there are printed side by side.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FAULTS } from './faults';
import { KillMatrix, type KillMatrixRow } from './row';

const FOLDER = resolve(__dirname, '..', '..', '..', '.build', 'tests', 'kill-matrix');

const COLUMNS = ['hits', 'restored', 'rolledBack', 'refused', 'lost', 'leftBehind'] as const;
const HEADINGS = ['tried', 'restored', 'rolled back', 'refused', 'LOST', 'left behind'];

/** Writes `.build/tests/kill-matrix/<file>.json`, then prints all tables that are there. */
export async function report(file: string, matrix: KillMatrix): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, `${file}.json`), `${JSON.stringify(matrix, null, 2)}\n`);
  const files = (await readdir(FOLDER)).filter(name => name.endsWith('.json')).sort();
  const all = await Promise.all(files.map(async name => KillMatrix.parse(JSON.parse(await read(name)))));
  // Not console.log: jest would put a stack trace below each table.
  process.stdout.write(`\n${all.map(tableOf).join('\n\n')}\n\n`);
}

const read = (name: string): Promise<string> => readFile(join(FOLDER, name), 'utf8');

/** How often each way to restore was hit, and how that ended. */
export function tableOf({ who, seed, seconds, rows }: KillMatrix): string {
  const strategies = [...new Set(rows.map(({ strategy }) => strategy))];
  const lines = strategies.flatMap(strategy => {
    const own = rows
      .filter(row => row.strategy === strategy)
      .sort((one, other) => FAULTS.indexOf(one.fault) - FAULTS.indexOf(other.fault));
    return own.map(row => [strategy, row.fault, ...COLUMNS.map(column => String(row[column]))]);
  });
  const total = ['all', '', ...COLUMNS.map(column => String(sumOf(rows, column)))];
  const cells = [['', 'fault', ...HEADINGS], ...lines, total];
  const widths = total.map((_, at) => Math.max(...cells.map(line => (line[at] ?? '').length)));
  const [head = '', ...body] = cells.map(line =>
    line.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')
  );
  const title = `${who}: restores under faults, seed ${seed}, ${Math.round(seconds)} s`;
  return [title, head, '-'.repeat(head.length), ...body].join('\n');
}

const sumOf = (rows: readonly KillMatrixRow[], column: (typeof COLUMNS)[number]): number =>
  rows.reduce((sum, row) => sum + row[column], 0);
