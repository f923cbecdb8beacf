/** Why the endpoint does not serve a request, with the status that says it in HTTP. */
import type { Problem } from '../../../../contract';
import { problem } from '../../../../contract';

type Reason = 'no-token' | 'token' | 'unbound' | 'namespace' | 'pod' | 'rate' | 'cluster';

const REFUSALS = {
  'no-token': [401, 'token-refused', 'The request brings no token.'],
  token: [401, 'token-refused', 'The token is not accepted: it is foreign, has expired, or is for another audience.'],
  unbound: [403, 'forbidden', 'The token is not that of a pod.'],
  namespace: [403, 'forbidden', 'Servers of this namespace are not told of mirrors here.'],
  pod: [403, 'forbidden', 'The pod that the token is of is gone, or another one.'],
  rate: [429, 'cluster-busy', 'This server asks too often.'],
  cluster: [503, 'cluster-busy', 'The cluster can’t be asked who this is.']
} as const satisfies Record<Reason, readonly [number, string, string]>;

const NEXT: Readonly<Record<number, string>> = {
  401: 'Ask an admin to project a token of audience datamark into the pod.',
  403: 'Ask an admin whether it is meant to be so.',
  429: 'Try again in a moment.',
  503: 'Try again in a moment.'
};

export class IngestRefusal extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(
    readonly reason: Reason,
    readonly retryAfterMs: number | null = null,
    options?: ErrorOptions
  ) {
    const [status, slug, detail] = REFUSALS[reason];
    super(detail, options);
    this.status = status;
    this.problem = { ...problem(slug, { detail, next: NEXT[status] ?? '' }), status };
  }
}
