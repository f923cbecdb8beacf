/** How one storage (an ONTAP cluster, an SVM or a file system of FSx) is asked. Secrets are files alone, never settings. */
import { z } from 'zod';

const File = z.string().min(1);

/** Files of a mounted Secret; each is read again for every call, so that a changed one counts at once. */
const OntapAuth = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('basic'), usernameFile: File, passwordFile: File }),
  z.object({ kind: z.literal('certificate'), certFile: File, keyFile: File }),
  /** OAuth 2.0 (ONTAP 9.14.1 and later): a token, static or kept fresh by somebody else. */
  z.object({ kind: z.literal('bearer'), tokenFile: File })
]);

function whatIsWrong(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'https:') {
    return 'is no address: write https://…';
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/') {
    return 'takes a host and a port, and nothing else';
  }
  return null;
}

export const OntapSettings = z.object({
  /** For people, logs and metrics. */
  name: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/, 'Use up to 40 lower-case letters, digits and dashes.'),
  /** Its management address, `https://host` or `https://host:port`. */
  address: z.string().superRefine((text, context) => {
    const message = whatIsWrong(text);
    if (message !== null) {
      context.addIssue({ code: 'custom', message });
    }
  }),
  /** The only authorities that its certificate is checked against. There is no way to leave that check out. */
  caFile: File,
  auth: OntapAuth,
  /** Whether its account may transfer, break and resync; else mirrors are only looked at. */
  actions: z.boolean().default(false),
  /** Deadline of a call, ms. */
  timeoutMs: z.int().positive().max(120_000).default(15_000)
});
export type OntapSettings = z.infer<typeof OntapSettings>;
