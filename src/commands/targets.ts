/** Finds what a command is about: loads what is needed on its own, so that commands work while the panel is closed. */
import { type Problem, problem, type Restore, type Volume } from '../../contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Connection, IDatamarkModel } from '../tokens';
import { RefusedError } from './problemOf';

/** Why nothing can be done with this connection, or null. */
export function connectionProblem(connection: Connection, trans: TranslationBundle): Problem | null {
  switch (connection.state) {
    case 'idle':
    case 'connecting':
    case 'online':
      return null;
    case 'unavailable':
      return problem('sidecar-unavailable', {
        detail: connection.status.detail,
        next: connection.status.fix
      });
    case 'absent':
      return problem('sidecar-unavailable', {
        detail: trans.__('The server part of Datamark is not installed, or not enabled.'),
        next: trans.__('Install jupyterlab-datamark where the Jupyter server runs, then restart it.')
      });
    case 'incompatible':
      return problem('not-supported', {
        detail: trans.__('This page and the server part of Datamark are of different versions.'),
        next: trans.__('Reload the page.')
      });
    case 'logged-out':
    case 'unreachable':
      return connection.problem;
  }
}

/** Reads what is not known yet; refuses with the reason if that is not possible. */
export async function loadModel(model: IDatamarkModel, trans: TranslationBundle): Promise<readonly Volume[]> {
  if (model.connection.state !== 'online' || model.volumes.state !== 'ready') {
    await model.refresh();
  }
  const refused = connectionProblem(model.connection, trans);
  if (refused !== null) {
    throw new RefusedError(refused);
  }
  const list = model.volumes;
  if (list.state === 'ready') {
    return list.items;
  }
  throw new RefusedError(
    list.state === 'loading'
      ? problem('sidecar-timeout', {
          detail: trans.__('The list of volumes is not here yet.'),
          next: trans.__('Try again in a moment.')
        })
      : list.problem
  );
}

/** The volume asked for by id or by a name that only one has; else the current notebook's; else the selected one. */
export function chooseVolume(
  model: IDatamarkModel,
  volumes: readonly Volume[],
  asked: string | undefined,
  notebook: string | null,
  trans: TranslationBundle
): Volume {
  if (asked !== undefined) {
    const named = volumes.filter(volume => volume.name === asked);
    const found = volumes.find(volume => volume.id === asked) ?? (named.length === 1 ? named[0] : undefined);
    if (found === undefined) {
      throw new RefusedError(
        problem('volume-not-found', {
          detail: trans.__('There is no volume %1 here.', asked),
          next: trans.__('Volumes here: %1.', volumes.map(volume => volume.name).join(', ') || '–'),
          object: asked
        })
      );
    }
    return found;
  }
  const found = model.selectedVolume ?? (notebook === null ? null : model.volumeOfPath(notebook)) ?? volumes[0];
  if (found === undefined) {
    throw new RefusedError(noVolume(trans));
  }
  return found;
}

/** The volume that holds a path of the file browser. */
export function volumeHolding(model: IDatamarkModel, path: string, trans: TranslationBundle): Volume {
  const found = model.volumeOfPath(path);
  if (found === null) {
    throw new RefusedError(
      problem('volume-not-found', {
        detail: trans.__('%1 lies on none of the volumes here.', path === '' ? '/' : path),
        next: trans.__('Choose a file or folder of a volume that the panel lists.'),
        object: path
      })
    );
  }
  return found;
}

/** The restore asked for, or the newest that can be undone. */
export function chooseRestore(
  restores: readonly Restore[],
  asked: string | undefined,
  trans: TranslationBundle
): Restore {
  const newestFirst = [...restores].sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt));
  const found =
    asked === undefined
      ? newestFirst.find(restore => restore.undo.possible)
      : newestFirst.find(restore => restore.id === asked);
  if (found === undefined) {
    throw new RefusedError(
      asked === undefined
        ? problem('nothing-to-undo', {
            detail: trans.__('No restore here can be undone.'),
            next: trans.__('A restore can be undone as long as its safety snapshot, or the kept volume, exists.')
          })
        : problem('restore-not-found', {
            detail: trans.__('There is no restore %1.', asked),
            next: trans.__('Look at the timeline for the restores of a volume.'),
            object: asked
          })
    );
  }
  if (!found.undo.possible) {
    throw new RefusedError(
      problem('nothing-to-undo', {
        detail: found.undo.reason,
        next: trans.__('Restore one of the snapshots in the timeline instead.'),
        object: found.id
      })
    );
  }
  return found;
}

const noVolume = (trans: TranslationBundle): Problem =>
  problem('volume-not-found', {
    detail: trans.__('There is no volume here.'),
    next: trans.__('Show the status to see which directories are configured.')
  });
