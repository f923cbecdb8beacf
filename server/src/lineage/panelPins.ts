/**
 * The pin that is made from outside a kernel: a small file beside its connection file, which runs of the kernel and of what it
 * starts are tagged by. The form is datamark/lineage/panel_pin.py's; see docs/adr/0023.
 */
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { LinkedSnapshot, type PinnedSnapshots } from '../../../contract';
import { ProblemError } from '../problemError';
import { runTags, TooManySnapshots } from './runTags';
import type { SnapshotOfRun } from './snapshotOfRun';

const FOLDER = 'datamark-pins';

const PinFile = z.object({
  version: z.literal(1),
  snapshots: z.array(LinkedSnapshot),
  notebook: z.string().nullable()
});

export class PanelPins {
  /** Where Jupyter keeps the connection files of its kernels; null: not told. */
  readonly #kernels: string | null;

  constructor(kernels: string | null) {
    this.#kernels = kernels;
  }

  /** None where there is no pin, or somebody else’s file. */
  async of(kernel: string): Promise<PinnedSnapshots> {
    const none = { kernel, snapshots: [], notebook: null };
    if (this.#kernels === null) {
      return none;
    }
    try {
      const read = PinFile.safeParse(JSON.parse(await readFile(fileOf(this.#kernels, kernel), 'utf8')));
      return read.success ? { kernel, snapshots: read.data.snapshots, notebook: read.data.notebook } : none;
    } catch (error) {
      if (error instanceof SyntaxError || isMissing(error)) {
        return none;
      }
      throw error;
    }
  }

  /** Instead of what is pinned. Throws ProblemError where the kernel is not one of this computer. */
  async set(
    kernel: string,
    snapshots: readonly [SnapshotOfRun, ...SnapshotOfRun[]],
    notebook: string | null
  ): Promise<PinnedSnapshots> {
    const folder = await this.#folder(kernel);
    assertFew(snapshots, notebook);
    const file = join(folder, nameOf(kernel));
    const temporary = join(folder, `.${randomBytes(6).toString('hex')}`);
    try {
      await writeFile(temporary, JSON.stringify({ version: 1, snapshots, notebook }), { mode: 0o600, flag: 'wx' });
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return { kernel, snapshots: [...snapshots], notebook };
  }

  async end(kernel: string): Promise<PinnedSnapshots> {
    if (this.#kernels !== null) {
      await rm(fileOf(this.#kernels, kernel), { force: true });
    }
    return { kernel, snapshots: [], notebook: null };
  }

  /** The folder of pins, without those of kernels that are gone. */
  async #folder(kernel: string): Promise<string> {
    const kernels = this.#kernels;
    if (kernels === null || !(await exists(join(kernels, nameOf(kernel))))) {
      throw new ProblemError('not-supported', {
        detail: 'The kernel does not run on this computer, or has ended.',
        next: 'Pin in the notebook itself: %datamark pin SNAPSHOT',
        object: kernel
      });
    }
    const folder = join(kernels, FOLDER);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder)) {
      if (/^kernel-.*\.json$/.test(name) && !(await exists(join(kernels, name)))) {
        await rm(join(folder, name), { force: true });
      }
    }
    return folder;
  }
}

const nameOf = (kernel: string): string => `kernel-${kernel}.json`;
const fileOf = (kernels: string, kernel: string): string => join(kernels, FOLDER, nameOf(kernel));

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code));

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

function assertFew(snapshots: readonly [SnapshotOfRun, ...SnapshotOfRun[]], notebook: string | null): void {
  try {
    runTags(snapshots, notebook);
  } catch (error) {
    if (error instanceof TooManySnapshots) {
      throw new ProblemError('not-supported', { detail: error.message, next: 'Pin fewer snapshots.' });
    }
    throw error;
  }
}
