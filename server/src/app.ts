/** Puts the features together into one express application. Listening and stopping are serve.ts's. */
import express, { type Express } from 'express';
import type { AutomaticSnapshots } from './features/automatic/automaticSnapshots';
import { checkRoutes } from './features/check/checkRoutes';
import { CheckService } from './features/check/checkService';
import { cloneRoutes } from './features/clones/cloneRoutes';
import { CloneService } from './features/clones/cloneService';
import { EventStreams } from './features/events/eventStreams';
import { operationRoutes } from './features/operations/operationRoutes';
import { OperationService } from './features/operations/operationService';
import { restoreRoutes } from './features/restores/restoreRoutes';
import { RestoreService } from './features/restores/restoreService';
import { retentionRoutes } from './features/retention/retentionRoutes';
import { RetentionService } from './features/retention/retentionService';
import { snapshotRoutes } from './features/snapshots/snapshotRoutes';
import { SnapshotService } from './features/snapshots/snapshotService';
import { Timelines } from './features/snapshots/timelines';
import { statusRoutes } from './features/status/statusRoutes';
import { StatusService } from './features/status/statusService';
import { volumeRoutes } from './features/volumes/volumeRoutes';
import { VolumeService } from './features/volumes/volumeService';
import { problemHandler, problemOf } from './http/problemAnswer';
import { registerRoutes } from './http/registerRoutes';
import { requestLog } from './http/requestLog';
import { Ingest } from './ingest/ingest';
import { ingestRoutes } from './ingest/ingestRoutes';
import { NO_INGEST_SETTINGS, type IngestSettings } from './ingest/ingestSettings';
import { GuardedDeletion } from './lineage/guardedDeletion';
import { lineageRoutes } from './lineage/lineageRoutes';
import { LineageService } from './lineage/lineageService';
import { LineageWriting } from './lineage/lineageWriting';
import { lineageWritingRoutes } from './lineage/lineageWritingRoutes';
import type { Lineage } from './lineage/openLineage';
import { recentRunsRoute, RecentRunsService } from './lineage/recentRunsService';
import { ReproductionService } from './lineage/reproduce/reproductionService';
import { runDataRoutes } from './lineage/runDataRoutes';
import type { Log } from './log';
import type { FirstObservation } from './observed/firstObservation';
import { RecentLook } from './observed/recentLook';
import { ProblemError } from './problemError';
import type { Provider } from './providers/provider';

const ANSWER_DEADLINE_MS = 60_000;

export interface AppOptions {
  readonly provider: Provider;
  readonly firstObservation: FirstObservation;
  readonly log: Log;
  readonly version: string;
  readonly startedAt: Date;
  /** Checks every answer against the contract: for tests and development. */
  readonly checkResponses: boolean;
  readonly automatic?: AutomaticSnapshots;
  /** Absent: MLflow is not set up. */
  readonly lineage?: Lineage;
  /** Why what is set for MLflow can’t be used. */
  readonly mlflowUnusable?: string;
  /** Absent: as nothing set. */
  readonly ingest?: IngestSettings;
  readonly answerDeadlineMs?: number;
  /** See EventStreamsOptions. */
  readonly heartbeatMs?: number;
  readonly stalledMs?: number;
}

/** The application, and the ends of what lives in it. */
export interface App {
  readonly express: Express;
  /** Number of clients that listen to events. */
  openStreams(): number;
  /** Ends every event stream and takes no new ones. */
  dispose(): void;
}

/** Makes the application. */
export function createApp(options: AppOptions): App {
  const { provider, firstObservation, log } = options;
  const { index } = provider;
  const timelines = new Timelines(index);
  const status = new StatusService({
    ...options,
    showsLineage: options.lineage !== undefined || options.mlflowUnusable !== undefined
  });
  const streams = new EventStreams({
    ...{ ...options, index, status },
    counted: count => {
      provider.followers?.(count);
      ingest.followers(count);
    }
  });
  const recentLook = new RecentLook({
    refresh: () => provider.refresh(),
    lookedAt: () => firstObservation.endedAt,
    log
  });
  const volumes = new VolumeService(index);
  const changing = {
    provider,
    volumes,
    deletion: new GuardedDeletion({ provider, lineage: options.lineage ?? null }),
    problemOf: (thrown: unknown, requestId: string) => problemOf(thrown, requestId, log)
  };
  const snapshots = new SnapshotService({ ...changing, timelines });
  const lineage = new LineageService({
    provider,
    snapshots,
    lineage: options.lineage ?? null,
    unusable: options.mlflowUnusable,
    shown: runs => writing.shown(runs)
  });
  const writing = new LineageWriting({
    ...{ provider, snapshots, log },
    lineage: options.lineage ?? null,
    written: () => {
      lineage.forget();
      recentRuns.forget();
    }
  });
  const recentRuns = new RecentRunsService({
    provider,
    lineage: options.lineage ?? null,
    unusable: options.mlflowUnusable,
    shown: runs => writing.shown(runs)
  });
  void firstObservation.over.then(() => writing.begin());
  const clones = new CloneService({ provider, volumes, snapshots });
  const ingest = new Ingest({
    ...{ provider, clones, writing },
    settings: options.ingest ?? NO_INGEST_SETTINGS,
    version: options.version
  });
  const reproductions = new ReproductionService({ provider, lineage, mlflow: options.lineage ?? null });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');
  app.use(requestLog(log));
  registerRoutes(app, {
    handlers: {
      ...statusRoutes(status),
      ...checkRoutes(new CheckService(options)),
      ...volumeRoutes(volumes, recentLook),
      ...snapshotRoutes(snapshots, recentLook),
      ...cloneRoutes(clones, recentLook),
      ...restoreRoutes(new RestoreService({ provider, volumes, snapshots })),
      ...retentionRoutes(new RetentionService(changing), recentLook),
      ...lineageRoutes(lineage, recentLook),
      ...recentRunsRoute(recentRuns, recentLook),
      ...runDataRoutes(lineage, reproductions, recentLook),
      ...lineageWritingRoutes(writing),
      ...ingestRoutes(ingest, recentLook),
      ...operationRoutes(new OperationService(provider))
    },
    events: streams.handle,
    ready: async () => {
      try {
        await firstObservation.wait();
      } catch (error) {
        // Why the first look takes so long is worth more than that it does.
        assertRead(provider);
        throw error;
      }
      assertRead(provider);
    },
    answerDeadlineMs: options.answerDeadlineMs ?? ANSWER_DEADLINE_MS,
    checkResponses: options.checkResponses
  });
  app.use(problemHandler(log));
  return {
    express: app,
    openStreams: () => streams.size,
    dispose: () => {
      lineage.dispose();
      recentRuns.dispose();
      void writing.dispose();
      void ingest.dispose();
      streams.dispose();
      timelines.dispose();
    }
  };
}

/** Storage that was never read is not told as empty. Throws the reason. */
function assertRead(provider: Provider): void {
  const freshness = provider.freshness();
  if (!freshness.current && freshness.asOf === null) {
    throw ProblemError.of(freshness.problem);
  }
}
