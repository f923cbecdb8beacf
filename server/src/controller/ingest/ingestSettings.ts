/** The part `ingest` of DATAMARK_CONTROLLER; without it nothing of it is loaded. */
import { z } from 'zod';
import { OntapSettings } from '../../ingest/ontap/ontapSettings';

export const IngestSettings = z.object({
  /** Where servers ask, by HTTPS; 0: any. */
  port: z.int().nonnegative().default(8443),
  /** Folder of a mounted Secret with `tls.crt` and `tls.key`, read again when they change. */
  certificateDir: z.string().min(1),
  storages: z
    .array(OntapSettings)
    .min(1)
    .refine(storages => new Set(storages.map(({ name }) => name)).size === storages.length, 'Two have the same name.'),
  /** At most so often each storage is asked, however many ask here. */
  pollSeconds: z.number().min(1).max(3600).default(30),
  /** Whether transfers are written down as they end, also while nobody looks; kept in a ConfigMap for each storage. */
  history: z
    .object({ keep: z.boolean().default(true), everySeconds: z.number().min(10).max(86_400).default(300) })
    .default({ keep: true, everySeconds: 300 })
});
export type IngestSettings = z.infer<typeof IngestSettings>;
