/**
 * Fills the store of an empty folder with many snapshots, for tests and benchmarks of long lists. One is made by the
 * command line; the others are copies of it under other names and times, as a year of work would have left them.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const COMMAND = join(__dirname, '..', '..', '.venv', 'bin', 'datamark');
const MINUTES_BETWEEN = 53;

interface StoredRecord {
  name: string;
  uid: string;
  title: string | null;
  createdAt: string;
  state: { phase: string; at: string };
}

/** Makes `count` snapshots titled `run 1` (the oldest) to `run <count>`. */
export async function seedSnapshots(root: string, count: number): Promise<void> {
  const environment: NodeJS.ProcessEnv = { ...process.env, DATAMARK_PROVIDER: 'local' };
  delete environment.DATAMARK_SOCKET;
  await promisify(execFile)(COMMAND, ['snapshot', '--title', `run ${count}`, '--json'], {
    cwd: root,
    env: environment
  });
  const snapshots = join(root, '.datamark', 'snapshots');
  const [first] = await readdir(snapshots);
  if (first === undefined) {
    throw new Error(`No snapshot in ${snapshots}.`);
  }
  const text = await readFile(join(snapshots, first, 'record.json'), 'utf8');
  const newest = Date.parse((JSON.parse(text) as StoredRecord).createdAt);
  const slug = first.slice(0, first.lastIndexOf('.'));
  for (let back = 1; back < count; back += 1) {
    const at = new Date(newest - back * MINUTES_BETWEEN * 60_000);
    const stamp = at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
    const name = `${slug}.${stamp}z-${back.toString(36).padStart(4, '0')}`;
    const record = JSON.parse(text) as StoredRecord;
    Object.assign(record, { name, uid: randomUUID(), title: `run ${count - back}`, createdAt: at.toISOString() });
    record.state.at = at.toISOString();
    const folder = join(snapshots, name);
    await mkdir(join(folder, 'tree'), { recursive: true });
    await copyFile(join(snapshots, first, 'manifest.jsonl'), join(folder, 'manifest.jsonl'));
    await writeFile(join(folder, 'record.json'), JSON.stringify(record));
  }
}
