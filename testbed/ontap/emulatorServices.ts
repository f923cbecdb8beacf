// What the routes of the emulator share, and how they answer.
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { EmulatorClock } from './emulatorClock';
import type { JobStore } from './jobStore';
import type { MirrorWorld } from './mirrorWorld';
import { OntapError } from './ontapError';
import type { VolumeTable } from './volumeTable';

export interface EmulatorServices {
  readonly clock: EmulatorClock;
  readonly world: MirrorWorld;
  readonly volumes: VolumeTable;
  readonly jobs: JobStore;
  readonly version: () => string;
  /** Most records of a page. */
  readonly pageLimit: () => number;
  readonly clusterName: string;
}

/** A handler that may wait; what it throws goes to the error handler. */
export const handled =
  (handle: (request: Request, response: Response) => Promise<void> | void): RequestHandler =>
  async (request, response) => {
    await handle(request, response);
  };

/** A part of the path. */
export function parameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

/** The body, parsed; another is answered with 400. */
export function bodyOf<T>(request: Request, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(request.body ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const target = issue?.path.join('.') ?? '';
    throw new OntapError(400, '262254', `The body is not as it should be: ${issue?.message ?? ''}`, target);
  }
  return parsed.data;
}

/** Does a change as a job: 202 with its link, or 200 where the client waits for it (return_timeout) and it is over. */
export async function answerJob(
  { jobs }: Pick<EmulatorServices, 'jobs'>,
  request: Request,
  response: Response,
  work: () => Promise<void> | void
): Promise<void> {
  const path = request.originalUrl.split('?')[0] ?? '';
  const uuid = await jobs.begin(`${request.method} ${path}`, async () => work());
  const waits = Number(request.query.return_timeout ?? 0) > 0;
  const status = waits && jobs.isOver(uuid) ? (request.method === 'POST' ? 201 : 200) : 202;
  response.status(status).json({ job: { uuid, _links: { self: { href: `/api/cluster/jobs/${uuid}` } } } });
}
