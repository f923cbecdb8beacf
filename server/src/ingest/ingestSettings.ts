/** What the sidecar is told of ingest by its parent. */
import { z } from 'zod';
import { secondsOfMaxAge } from './model/isoDuration';

/** How `datamark-controller` is reached, which asks ONTAP: no storage credential lies in a user’s pod. */
export const ControllerAddress = z.object({
  /** Scheme, host and port. */
  url: z.url({ protocol: /^https$/ }).refine(text => {
    const { username, password, pathname, search, hash } = new URL(text);
    return username === '' && password === '' && pathname === '/' && search === '' && hash === '';
  }, 'holds scheme, host and port alone'),
  /** PEM file of the one authority that is trusted. */
  caFile: z.string().min(1),
  /** Token of the pod for the audience `datamark`; read anew for each request, because the cluster replaces it. */
  tokenFile: z.string().min(1)
});
export type ControllerAddress = z.infer<typeof ControllerAddress>;

const Age = z
  .string()
  .transform((text, context) => {
    const seconds = secondsOfMaxAge(text);
    if (seconds === null) {
      context.addIssue({ code: 'custom', message: 'is no duration' });
    }
    return seconds ?? 0;
  })
  .pipe(z.number());

const Usable = z.object({
  controller: ControllerAddress.nullable().default(null),
  /** How old the data of a volume may be, by the name of its claim, for example `{"arrivals": "1h"}`. */
  maxAge: z.record(z.string(), Age).default({})
});

/** What can be used, in seconds; `unusable`: why what is set can’t be, null: it can. */
export type IngestSettings = z.infer<typeof Usable> & { readonly unusable: string | null };

export const NO_INGEST_SETTINGS: IngestSettings = { controller: null, maxAge: {}, unusable: null };

/** What is wrong in it is no reason to serve no snapshots. */
export const IngestSettings = z.unknown().transform((value): IngestSettings => {
  const read = Usable.safeParse(value ?? {});
  if (read.success) {
    return { ...read.data, unusable: null };
  }
  const places = [...new Set(read.error.issues.map(({ path }) => path.join('.') || 'all'))];
  return { controller: null, maxAge: {}, unusable: `The settings for ingest are wrong: ${places.join(', ')}.` };
});
