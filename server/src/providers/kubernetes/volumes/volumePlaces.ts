/** Where claims stand for the user: which mount is shown, which claim is home, which path the file browser has. Pure. */
import { posix } from 'node:path';
import type { VolumeRole } from '../../../../../contract';
import type { ClaimMount, MountedClaim } from './mountedClaim';

/** Directories of the server that make a volume its home. */
export interface ServerPlaces {
  readonly home: string | null;
  readonly serverRoot: string | null;
}

/** A claim's place. */
export interface VolumePlace {
  /** The mount that is shown: the whole claim before a part, writable before read-only, then as declared. */
  readonly mount: ClaimMount;
  readonly role: VolumeRole;
  /** Below the server's root, '' for the root itself; null: outside. */
  readonly browsePath: string | null;
}

/** The place of each claim, home first, else in the given order. */
export function volumePlaces(claims: readonly MountedClaim[], places: ServerPlaces): Map<string, VolumePlace> {
  const home = homeClaim(claims, places);
  const found = claims.flatMap(({ claim, mounts, ephemeral }): [string, VolumePlace][] => {
    const [mount] = [...mounts].sort((one, other) => weight(one) - weight(other));
    if (mount === undefined) {
      return [];
    }
    const role = claim === home ? 'home' : ephemeral || SCRATCH.test(mount.path) ? 'scratch' : 'data';
    return [[claim, { mount, role, browsePath: browsePathOf(mount.path, places.serverRoot) }]];
  });
  const weightOf = ({ role }: VolumePlace): number => (role === 'home' ? 0 : 1);
  return new Map(found.sort(([, one], [, other]) => weightOf(one) - weightOf(other)));
}

const SCRATCH = /(?:^|[^a-z])(?:scratch|tmp)(?:$|[^a-z])/i;

const weight = ({ subPath, readOnly }: ClaimMount): number => (subPath === null ? 0 : 2) + (readOnly === true ? 1 : 0);

/** The claim that holds $HOME, else the one that holds the server's root. */
function homeClaim(claims: readonly MountedClaim[], { home, serverRoot }: ServerPlaces): string | null {
  for (const place of [home, serverRoot]) {
    const holding = claims
      .flatMap(({ claim, mounts }) => mounts.map(({ path }) => ({ claim, path })))
      .filter(({ path }) => place !== null && below(path, place) !== null)
      .sort((one, other) => other.path.length - one.path.length);
    if (holding[0] !== undefined) {
      return holding[0].claim;
    }
  }
  return null;
}

function browsePathOf(path: string, serverRoot: string | null): string | null {
  return serverRoot === null ? null : below(serverRoot, path);
}

/** `path` relative to `directory`, or null where it is outside of it. By their names alone: links are not followed. */
function below(directory: string, path: string): string | null {
  const way = posix.relative(directory, path);
  return way === '..' || way.startsWith('../') ? null : way;
}
