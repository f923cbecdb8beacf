/** A volume in a temporary directory for tests of restores: trees as data, snapshots, and a restore by its jobs alone. */
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinBytePath, toBytePath, toSystemPath } from '../../bytePath';
import type { JobContext } from '../../job';
import { takeSnapshot, writeSnapshotIntent } from '../../snapshotJob';
import type { SnapshotRecord, TreeMethod } from '../../snapshotRecord';
import { Store } from '../../store';
import { applyRestore } from '../applyRestoreJob';
import type { Progress } from '../journal';
import { prepareRestore } from '../prepareRestoreJob';

/** Where a restore of a test volume brings what it must not overwrite. */
export const KEPT = 'kept-by-restore-test';

/** A context without faults, progress or cancelling. */
export const quietContext = (step: (name: string) => Promise<void> | void = () => undefined): JobContext => ({
  signal: new AbortController().signal,
  progress: () => undefined,
  step: async name => {
    await step(name);
  },
  pointOfNoReturn: () => Promise.resolve()
});

/** What a path is, as text: type, mode, time to the µs, and content or target. */
export type TreeText = Record<string, string>;

/** Everything below a directory but Datamark's own, as data that can be compared. */
export function treeText(root: string, below = ''): TreeText {
  const text: TreeText = {};
  for (const name of fs
    .readdirSync(toSystemPath(joinBytePath(toBytePath(root), below)), { encoding: 'latin1' })
    .sort()) {
    const path = below === '' ? name : `${below}/${name}`;
    if (path === '.datamark' || path === 'datamark-clones') {
      continue;
    }
    const full = toSystemPath(`${toBytePath(root)}/${path}`);
    const stat = fs.lstatSync(full, { bigint: true });
    const mode = (Number(stat.mode) & 0o7777).toString(8);
    if (stat.isSymbolicLink()) {
      text[path] = `link to ${fs.readlinkSync(full, 'latin1')}`;
    } else if (stat.isDirectory()) {
      text[path] = `directory ${mode} ${timeText(stat.mtimeNs)}`;
      Object.assign(text, treeText(root, path));
    } else if (stat.isFile()) {
      const hash = createHash('sha256').update(fs.readFileSync(full)).digest('hex').slice(0, 16);
      text[path] = `file ${mode} ${timeText(stat.mtimeNs)} ${stat.size} ${hash}`;
    } else {
      text[path] = 'special';
    }
  }
  return text;
}

// Node sets times through a double, so only whole seconds come back exactly: see `freezeTimes`.
const timeText = (ns: bigint): string => String(ns);

/** Gives everything that was changed since the last call a time of its own, in whole seconds. */
function freezeTimes(root: string, clock: { seconds: number }, below = ''): void {
  for (const name of fs.readdirSync(toSystemPath(joinBytePath(toBytePath(root), below)), { encoding: 'latin1' })) {
    const path = below === '' ? name : `${below}/${name}`;
    const full = toSystemPath(`${toBytePath(root)}/${path}`);
    const stat = fs.lstatSync(full, { bigint: true });
    if (path === '.datamark' || path === 'datamark-clones') {
      continue;
    }
    if (stat.isDirectory()) {
      freezeTimes(root, clock, path);
    }
    if (stat.mtimeNs % 1_000_000_000n !== 0n) {
      clock.seconds += 1;
      fs.lutimesSync(full, clock.seconds, clock.seconds);
    }
  }
}

/** A volume, removed by `dispose`. */
export class TestVolume {
  readonly root: string;
  readonly store: Store;
  private readonly clock = { seconds: 1_600_000_000 };

  /** `place`: an existing directory; left out: a new one. */
  constructor(
    readonly method: TreeMethod = 'hardlink',
    place = fs.mkdtempSync(join(tmpdir(), 'datamark-restore-'))
  ) {
    this.root = fs.realpathSync(place);
    this.store = new Store(this.root);
    this.store.create(new Date());
  }

  dispose(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  path(relative: string): string {
    return join(this.root, relative);
  }

  /** Writes a file, with the directories it needs. */
  write(relative: string, content: string, mode = 0o644): void {
    fs.mkdirSync(join(this.path(relative), '..'), { recursive: true });
    fs.writeFileSync(this.path(relative), content);
    fs.chmodSync(this.path(relative), mode);
  }

  read(relative: string): string {
    return fs.readFileSync(this.path(relative), 'utf8');
  }

  /** All of it, as data. Times of what was changed since the last call become whole seconds first. */
  freeze(): TreeText {
    freezeTimes(this.root, this.clock);
    return this.text();
  }

  text(): TreeText {
    return treeText(this.root);
  }

  /** Takes a snapshot and answers its name. */
  async snapshot(exclude: readonly string[] = [], origin: SnapshotRecord['origin'] = 'datamark'): Promise<string> {
    const name = `test.${randomBytes(6).toString('hex')}`;
    const createdAt = new Date().toISOString();
    writeSnapshotIntent(this.store, {
      format: 1,
      name,
      uid: randomBytes(8).toString('hex'),
      createdAt,
      createdBy: null,
      title: null,
      note: '',
      notebook: null,
      heldUntil: null,
      heldBy: null,
      origin,
      operationKey: null,
      restoredFrom: null,
      state: { phase: 'pending', since: createdAt },
      ownData: { known: false, reason: 'Not measured.' },
      deletingSince: null
    });
    await takeSnapshot(quietContext(), { root: this.root, name, exclude, method: this.method });
    return name;
  }

  /** Secures, prepares and applies a restore; answers what came of it and the safety snapshot. */
  async restore(
    snapshot: string,
    options: { exclude?: readonly string[]; context?: JobContext; secured?: () => void } = {}
  ): Promise<{ progress: Progress; safetySnapshot: string; directory: string }> {
    const safetySnapshot = await this.snapshot(options.exclude, 'safety');
    options.secured?.();
    const directory = join(this.store.restores, safetySnapshot);
    fs.mkdirSync(directory);
    const context = options.context ?? quietContext();
    await prepareRestore(context, {
      root: this.root,
      id: 'test',
      directory,
      snapshot,
      safetySnapshot,
      keptFolder: KEPT,
      method: this.method
    });
    return { progress: await applyRestore(context, { root: this.root, directory }), safetySnapshot, directory };
  }
}
