/** The files of one restore below `.datamark/restores/<id>`: staged files, files set aside, a reserve of space. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { toBytePath, type BytePath } from '../bytePath';

/** Freed when the disk is full, so that going back and writing that down still works. */
const RESERVE_BYTES = 256 << 10;

const NEWER = 'newer-';

/** Paths of one restore. Files are named by their action's number: names of any length and depth fit. */
export class Workspace {
  constructor(readonly directory: string) {}

  get stage(): string {
    return join(this.directory, 'stage');
  }
  get aside(): string {
    return join(this.directory, 'aside');
  }
  private get reserve(): string {
    return join(this.directory, 'reserve');
  }

  staged(action: { readonly number: number }): string {
    return join(this.stage, String(action.number));
  }

  /** Places of what was at the action's path, oldest first: more than one if it was replaced while we looked. */
  asideOf(action: { readonly number: number }): string[] {
    const places: string[] = [];
    for (let place = this.freeName(action, 0), count = 0; isThere(place); place = this.freeName(action, ++count)) {
      places.push(place);
    }
    return places;
  }

  /** A place that is not taken yet. */
  nextAside(action: { readonly number: number }): string {
    return this.freeName(action, this.asideOf(action).length);
  }

  /** A free place for what others wrote at the action's path after it was carried out. */
  newerOf(action: { readonly number: number }): string {
    let place = join(this.aside, `${NEWER}${action.number}`);
    for (let count = 1; isThere(place); count += 1) {
      place = join(this.aside, `${NEWER}${action.number}.${count}`);
    }
    return place;
  }

  /** Everything that was set aside, with the number of its action. */
  allAside(): { readonly place: string; readonly number: number; readonly newer: boolean }[] {
    return namesIn(this.aside).map(name => {
      const newer = name.startsWith(NEWER);
      return { place: join(this.aside, name), number: parseInt(newer ? name.slice(NEWER.length) : name, 10), newer };
    });
  }

  /** Makes the directories, empty. */
  create(): void {
    this.clear();
    fs.mkdirSync(this.stage, { recursive: true, mode: 0o700 });
    fs.mkdirSync(this.aside, { recursive: true, mode: 0o700 });
    fs.writeFileSync(this.reserve, Buffer.alloc(RESERVE_BYTES, 1), { mode: 0o600 });
  }

  /** Gives the reserved space back to the file system. */
  freeReserve(): void {
    fs.rmSync(this.reserve, { force: true });
  }

  /** Removes staged files and files set aside. Only when none of them is needed any more. */
  clear(): void {
    for (const path of [this.stage, this.aside, this.reserve]) {
      fs.rmSync(path, { recursive: true, force: true });
    }
  }

  private freeName(action: { readonly number: number }, count: number): string {
    return join(this.aside, count === 0 ? String(action.number) : `${action.number}.${count}`);
  }
}

const namesIn = (directory: string): string[] => (isThere(directory) ? fs.readdirSync(directory).sort() : []);

/** Whether anything, also a dangling link, is at the path. */
export const isThere = (path: string): boolean => fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** A tree's file as a byte path. */
export const inTree = (tree: string, path: BytePath): BytePath => `${toBytePath(tree)}/${path}`;
