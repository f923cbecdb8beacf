/** What happens to a volume, or fails, while a restore of it runs. */
import * as fs from 'node:fs';
import { quietContext } from './testVolume';

/** A context that does something once, when a step is reached for the n-th time. */
export function at(step: string, act: () => void, nth = 1): ReturnType<typeof quietContext> {
  let reached = 0;
  return quietContext(name => {
    reached += name === step ? 1 : 0;
    if (name === step && reached === nth) {
      act();
    }
  });
}

/** What an operation of the system does when it fails. */
export const failing = (code: string) => (): void => {
  throw Object.assign(new Error(`${code}: as if`), { code });
};

/** Saves as editors do: a new file under another name, moved over the old one. */
export function saveByRename(path: string, content: string): void {
  fs.writeFileSync(`${path}.saving`, content);
  fs.renameSync(`${path}.saving`, path);
}
