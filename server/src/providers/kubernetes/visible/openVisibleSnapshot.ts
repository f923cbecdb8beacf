/**
 * Finds a snapshot that the storage shows inside the mounted volume itself, in `.snapshot`, as ONTAP does over NFS. What
 * is taken for it has to carry the snapshot's uid in its name, which csi-snapshotter puts there and nobody can choose, to
 * be of another device than the volume and to refuse writing: no user can make such a directory.
 */
import { constants } from 'node:fs';
import { access, open, readdir, type FileHandle } from 'node:fs/promises';

/** Opened as a directory, never through a link. */
export const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** By this path what is open is reached, whatever happens to its name. */
export const pathOf = ({ fd }: FileHandle): string => `/proc/self/fd/${fd}`;

/** A uid of Kubernetes, and nothing that leads elsewhere. */
const UID = /^[0-9A-Za-z][0-9A-Za-z-]{15,}$/;

/** The snapshot's root, open: the caller closes it. Null: it is not visible, or it can't be proven to be this one. */
export async function openVisibleSnapshot(mountPath: string, uid: string): Promise<FileHandle | null> {
  if (process.platform !== 'linux' || !UID.test(uid)) {
    return null;
  }
  const opened: FileHandle[] = [];
  const opening = async (path: string): Promise<FileHandle> => {
    const handle = await open(path, DIRECTORY);
    opened.push(handle);
    return handle;
  };
  let found: FileHandle | null = null;
  try {
    const volume = await opening(mountPath);
    const shown = await opening(`${pathOf(volume)}/.snapshot`);
    const name = await nameIn(pathOf(shown), uid);
    const snapshot = name === undefined ? null : await opening(`${pathOf(shown)}/${name}`);
    found = snapshot !== null && (await isOfStorage(volume, snapshot)) ? snapshot : null;
  } catch {
    // Not there, not a directory, not for this user: then it is not visible.
  }
  await Promise.all(opened.filter(handle => handle !== found).map(handle => handle.close()));
  return found;
}

/** The usual name is tried first: a `.snapshot` need not list what it has. */
async function nameIn(path: string, uid: string): Promise<string | undefined> {
  const usual = `snapshot-${uid}`;
  try {
    const handle = await open(`${path}/${usual}`, DIRECTORY);
    await handle.close();
    return usual;
  } catch {
    return (await readdir(path)).find(name => name.endsWith(`-${uid}`));
  }
}

/** Looked at once opened: a mount that is made on the way shows only then. */
async function isOfStorage(volume: FileHandle, snapshot: FileHandle): Promise<boolean> {
  const [{ dev: own }, { dev: shown }] = await Promise.all([volume.stat(), snapshot.stat()]);
  const writable = await access(pathOf(snapshot), constants.W_OK).then(
    () => true,
    () => false
  );
  return own !== shown && !writable;
}
