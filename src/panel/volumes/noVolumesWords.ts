/** Why there is no volume, as far as the status tells it. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Connection } from '../../tokens';

/** What is so, and what mends it. */
export function noVolumesWords(
  connection: Connection,
  trans: TranslationBundle
): { readonly detail: string; readonly next: string } {
  if (connection.state !== 'online' || connection.status.provider.kind === 'local') {
    return {
      detail: trans.__('This server has no directory that Datamark works on.'),
      next: trans.__('An admin can add directories to the configuration of the server extension.')
    };
  }
  const { notices, platform } = connection.status;
  const told = notices.find(({ code }) => code === 'no-volumes');
  if (told !== undefined) {
    return { detail: told.message, next: told.fix };
  }
  return {
    detail:
      platform === null || platform.pod === null
        ? trans.__('Datamark knows no claim that this server mounts.')
        : trans.__('Datamark knows no claim that pod %1 mounts.', platform.pod),
    next: trans.__('An admin names the claims in DATAMARK_VOLUMES, in the template of the pod.')
  };
}
