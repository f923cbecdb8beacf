/** Tries to create something as a dry run, and tells a refusal by a policy from any other answer. */
import { z } from 'zod';
import { KubernetesError, type KubernetesApi } from '../client/kubernetesApi';
import type { DryRun } from './clusterFacts';

export interface DryRunOptions {
  readonly api: KubernetesApi;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 5_000;

// apiserver plugin/policy/validating/dispatcher.go and plugin/webhook/errors/statuserror.go
const POLICY = /ValidatingAdmissionPolicy '([^']+)'.*? denied request: ([\s\S]*)$/;
const WEBHOOK = /admission webhook "([^"]+)" denied the request(?:: ([\s\S]*))?/;

/** What is tried. */
export interface Draft {
  readonly path: string;
  readonly body: object;
  readonly query?: Readonly<Record<string, string>>;
}

/** What the API server answers to creating it; it makes nothing. */
export async function dryRun({ api, signal }: DryRunOptions, { path, body, query }: Draft): Promise<DryRun> {
  try {
    await api.request({
      method: 'POST',
      path,
      query: { ...query, dryRun: 'All' },
      body,
      schema: z.object({}),
      signal,
      timeoutMs: TIMEOUT_MS
    });
    return { state: 'accepted' };
  } catch (error) {
    if (!(error instanceof KubernetesError)) {
      throw error;
    }
    const [, by, message = ''] = POLICY.exec(error.message) ?? WEBHOOK.exec(error.message) ?? [];
    return by === undefined ? { state: 'unclear', error } : { state: 'refused', by, message };
  }
}
