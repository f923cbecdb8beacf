/** What the cluster says of an object that does not get on, from its Events. */
import { KubernetesError, type KubernetesApi } from '../../providers/kubernetes/client/kubernetesApi';
import { ObjectEvent, paths } from '../../providers/kubernetes/resources';

/** A warning in words. */
export interface Warning {
  readonly reason: string;
  /** What was said, without the wrapping of the controllers. */
  readonly said: string;
  /** Trying again the same way can't succeed. */
  readonly final: boolean;
}

// CSI spec, CreateVolume errors; grpc status codes.
const FINAL_CODES = ['InvalidArgument', 'OutOfRange', 'Unimplemented', 'NotFound', 'PermissionDenied'];

/** The newest warnings about these objects, newest first; none where Events can't be read. */
export async function warningsOf(api: KubernetesApi, namespace: string, uids: readonly string[]): Promise<Warning[]> {
  const found: ObjectEvent[] = [];
  for (const uid of uids.filter(one => one !== '')) {
    try {
      const request = { path: paths.events(namespace), item: ObjectEvent, fieldSelector: `involvedObject.uid=${uid}` };
      found.push(...(await api.list(request)).items);
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.status !== 403) {
        throw error;
      }
    }
  }
  return found
    .filter(({ type }) => type === 'Warning')
    .sort((one, other) => timeOf(other) - timeOf(one))
    .map(wordsOf);
}

function wordsOf({ reason, message }: ObjectEvent): Warning {
  const [, code = '', said = message] = /rpc error: code = (\w+) desc = ([\s\S]*?)"?\s*$/.exec(message) ?? [];
  return { reason, said: said.trim(), final: reason === 'ProvisioningFailed' && FINAL_CODES.includes(code) };
}

const timeOf = ({ lastTimestamp, eventTime, metadata }: ObjectEvent): number =>
  Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp);
