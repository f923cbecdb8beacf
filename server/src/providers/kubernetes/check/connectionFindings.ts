/** What the report says of the way to the API server and of the token. Pure. */
import type { CheckedAction } from '../../../../../contract';
import type { KubernetesError } from '../client/kubernetesApi';
import { fine, off, type Found } from './found';

const ALL: CheckedAction[] = ['list', 'snapshot', 'clone', 'restore', 'files', 'delete', 'hold'];
const WHERE_IT_IS = 'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes';

interface Words {
  readonly message: string;
  readonly fix: string;
  readonly command?: string;
  readonly docs?: string;
}

/** Why the API server was not reached, and who can mend that. */
export function unreachedFinding(server: string, error: KubernetesError): Found {
  const { message, fix, command = null, docs = 'kubernetes-api' } = wordsFor(server, error);
  return off(ALL, { id: 'api', title: 'Kubernetes API', message, fix, command, docs });
}

function wordsFor(server: string, { status, reason, message }: KubernetesError): Words {
  if (status === 401) {
    return {
      message:
        'The Kubernetes API does not accept the token of this server: it has expired, or its account was deleted.',
      fix: 'Stop this server and start it again: the new one gets a new token. If it stays, ask an admin.',
      docs: 'token'
    };
  }
  if (status > 0) {
    return {
      message: `The Kubernetes API at ${server} answers with an error (${status}): ${message}`,
      fix: 'Check again in a minute. If it stays, ask an admin.'
    };
  }
  switch (reason) {
    case 'NoToken':
      return {
        message: `This server has no token of a service account. ${message}`.trim(),
        fix: 'An admin can give notebook servers an account; in Zero to JupyterHub: singleuser.serviceAccountName.',
        docs: 'token'
      };
    case 'NoNamespace':
      return {
        message,
        fix: 'An admin can set DATAMARK_NAMESPACE, or mount the account of the pod, which comes with it. Then start this server again.',
        docs: 'token'
      };
    case 'NoConfiguration':
    case 'InvalidConfiguration':
    case 'AuthenticationFailed':
      return { message, fix: 'Correct the kubeconfig, or start the server where it has an account.', docs: 'token' };
    case 'ConnectTimeout':
    case 'Timeout':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        message: `The Kubernetes API at ${server} does not answer: nothing comes back.`,
        fix: 'Often a network policy keeps notebook servers away from it. An admin can open the way (docs/check.md has the lines); this tells the addresses:',
        command: WHERE_IT_IS,
        docs: 'network-policy'
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        message: `The name of the Kubernetes API, ${server}, can’t be looked up.`,
        fix: 'Often a network policy keeps notebook servers away from DNS. An admin can open the way.',
        docs: 'network-policy'
      };
    case 'ECONNREFUSED':
      return {
        message: `The Kubernetes API at ${server} refuses connections.`,
        fix: 'It may be starting: check again in a minute. If it stays, ask an admin whether the address is right.'
      };
    default:
      return {
        message: `The Kubernetes API at ${server} can’t be asked: ${message}`,
        fix: 'Check again in a minute. If it stays, ask an admin.'
      };
  }
}

/** It answers. */
export function reachedFinding(version: string | null, namespace: string, answerMs: number): Found {
  const message = `${version === null ? '' : `${version}, `}namespace ${namespace}, answers in ${answerMs} ms.`;
  return fine({ id: 'api', title: 'Kubernetes API', message, docs: 'kubernetes-api' });
}
