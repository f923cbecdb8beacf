/** The JupyterHubs whose servers the controller starts again, as its settings name them. */
import { z } from 'zod';

/** Names of a Service, which only the cluster itself resolves, and this computer. */
const INSIDE = /^([a-z0-9-]+\.[a-z0-9-]+\.svc(\.cluster\.local)?|localhost|127\.0\.0\.1|\[::1\])$/;

function whatIsWrong(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    return 'is no address: write https://…';
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return 'takes a host and a path, and nothing else';
  }
  if (url.protocol === 'http:' && !INSIDE.test(url.hostname)) {
    return 'needs https, as a token is sent there: http is for a Service of the cluster, http://<service>.<namespace>.svc';
  }
  return /\/hub\/?$/.test(url.pathname) ? 'ends before /hub' : null;
}

export const HubSettings = z.object({
  /** Namespace of its servers. */
  namespace: z.string().min(1),
  /** Up to the part before `/hub`. */
  url: z.string().superRefine((text, context) => {
    const message = whatIsWrong(text);
    if (message !== null) {
      context.addIssue({ code: 'custom', message });
    }
  }),
  /** File with the token of a service of the hub, mounted from a Secret. */
  tokenFile: z.string().min(1),
  /** File with the authorities that its certificate is checked against; null: the usual ones. */
  caFile: z.string().min(1).nullable().default(null)
});
export type HubSettings = z.infer<typeof HubSettings>;
