/** Which volume a path of the file browser lies in. Pure; called by the model. */
import type { Volume } from '../../contract';

/** The deepest volume that holds `path`, or null. */
export function volumeOfPath(path: string, volumes: readonly Volume[]): Volume | null {
  const wanted = segments(path);
  let best: { volume: Volume; depth: number } | null = null;
  for (const volume of volumes) {
    if (volume.browsePath === null) {
      continue;
    }
    const own = segments(volume.browsePath);
    if (own.every((part, at) => part === wanted[at]) && (best === null || own.length > best.depth)) {
      best = { volume, depth: own.length };
    }
  }
  return best?.volume ?? null;
}

const segments = (text: string) => text.split('/').filter(part => part !== '' && part !== '.');
