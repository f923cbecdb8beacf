/** The files that the browser tests work on: a small project of a data scientist, written before the server starts. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A notebook with these cells. */
export const notebookOf = (...cells: string[]): string => notebookFor('python3', ...cells);

/** The same for another kernel. */
export const notebookFor = (kernel: string, ...cells: string[]): string =>
  JSON.stringify({
    cells: cells.map((source, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      execution_count: null,
      metadata: {},
      outputs: [],
      source
    })),
    metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: kernel } },
    nbformat: 4,
    nbformat_minor: 5
  });

/** `data/readings.csv`, `notes.txt` and `analysis.ipynb`. */
export async function smallProject(root: string): Promise<void> {
  await mkdir(join(root, 'data'));
  await writeFile(join(root, 'data', 'readings.csv'), 'time,value\n1,10\n2,20\n');
  await writeFile(join(root, 'notes.txt'), 'first\n');
  await writeFile(join(root, 'analysis.ipynb'), notebookOf('1 + 1'));
}

/** Text of a file below the server's root. */
export const textOf = (root: string, path: string): Promise<string> => readFile(join(root, path), 'utf8');

/** Names in a folder below the server's root, sorted. */
export const namesIn = async (root: string, path: string): Promise<string[]> =>
  (await readdir(join(root, path))).sort();
