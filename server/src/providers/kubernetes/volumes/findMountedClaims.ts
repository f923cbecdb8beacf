/**
 * Finds which claims this server mounts: what the admin declared in DATAMARK_VOLUMES, else the own pod's spec where the
 * account may read it. It is never guessed: without either there are no volumes, and the notice says why.
 */
import type { Notice } from '../../../../../contract';
import type { KubernetesSettings } from '../../../kubernetesSettings';
import type { AccountRights } from '../accountRights';
import { KubernetesError, type KubernetesApi } from '../client/kubernetesApi';
import { paths } from '../resources';
import { OwnPod } from './claimResource';
import { declaredVolumes } from './declaredVolumes';
import type { MountedClaim } from './mountedClaim';
import type { MountTable } from './mountTable';
import { podVolumes } from './podVolumes';

export interface FindMountedClaimsOptions {
  readonly api: KubernetesApi;
  readonly rights: Pick<AccountRights, 'may'>;
  readonly namespace: string;
  readonly settings: Pick<KubernetesSettings, 'volumes' | 'podName'>;
  readonly table: MountTable;
  readonly timeoutMs: number;
}

/** What was found; `final` false: worth another try later. */
export interface FoundClaims {
  readonly claims: readonly MountedClaim[];
  readonly notices: readonly Notice[];
  readonly final: boolean;
  /** The own pod, where it was read. */
  readonly pod: OwnPod | null;
}

const DECLARE =
  'Ask the administrator to set DATAMARK_VOLUMES in the pod template, for example /home/jovyan={pvc_name} with KubeSpawner.';

/** Never rejects for what the API server answers. */
export async function findMountedClaims(options: FindMountedClaimsOptions): Promise<FoundClaims> {
  const { settings, table, rights } = options;
  const declared = declaredVolumes(settings.volumes);
  if (declared !== null) {
    return { ...declared, final: true, pod: null };
  }
  const none = (code: string, message: string, fix: string, final: boolean): FoundClaims => ({
    claims: [],
    notices: [{ code, message, fix, object: settings.podName }],
    final,
    pod: null
  });
  const unset = 'Which claims this server mounts is not known: DATAMARK_VOLUMES is not set';
  if (settings.podName === null) {
    return none('volumes-unknown', `${unset}, and this is no pod.`, DECLARE, true);
  }
  if (rights.may('get', '', 'pods') === false) {
    // The right may be given later.
    return none('volumes-unknown', `${unset}, and the account may not read its own pod.`, DECLARE, false);
  }
  try {
    const pod = await readOwnPod(options, settings.podName);
    const claims = podVolumes(pod, table);
    const message = `Pod ${settings.podName} mounts no claim, only its own disk.`;
    const fix = 'Start a server with a persistent volume; what is written here ends with the pod.';
    return claims.length === 0
      ? { ...none('no-claims', message, fix, true), pod }
      : { claims, notices: [], final: true, pod };
  } catch (error) {
    if (!(error instanceof KubernetesError)) {
      throw error;
    }
    switch (error.status) {
      case 403:
        return none('volumes-unknown', `${unset}, and the account may not read its own pod.`, DECLARE, false);
      case 404: {
        const message = `${unset}, and there is no pod ${settings.podName} in namespace ${options.namespace}.`;
        return none(
          'volumes-unknown',
          message,
          'Ask the administrator to set DATAMARK_POD_NAME to metadata.name.',
          false
        );
      }
      default:
        return none('volumes-unknown', `${unset}, and the own pod can’t be read: ${error.message}`, DECLARE, false);
    }
  }
}

/** Rejects with KubernetesError. */
export function readOwnPod(
  { api, namespace, timeoutMs }: Pick<FindMountedClaimsOptions, 'api' | 'namespace' | 'timeoutMs'>,
  name: string
): Promise<OwnPod> {
  return api.request({ path: `${paths.pods(namespace)}/${name}`, schema: OwnPod, timeoutMs });
}
