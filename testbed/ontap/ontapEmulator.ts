// An ONTAP's REST interface with everything behind it in memory, over HTTPS, for tests. README.md says what it is modelled
// from. It can be driven from the same process; serve.ts does it for others.
import express, { json, type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { clusterRoutes } from './clusterRoutes';
import { noData, type DataMover } from './dataMover';
import { checkAccess, USUAL_ACCOUNTS, type Account } from './emulatorAccounts';
import { makeCertificates, type EmulatorCertificates } from './emulatorCertificates';
import { EmulatorClock } from './emulatorClock';
import { answerFault, EmulatorFaults, type Fault, type FaultyRequests } from './emulatorFaults';
import type { EmulatorServices } from './emulatorServices';
import { JobStore } from './jobStore';
import type { Mirror } from './mirror';
import { mirrorRoutes } from './mirrorRoutes';
import type { OntapReason } from './mirrorTransfer';
import { MirrorWorld, type MirrorWish } from './mirrorWorld';
import { OntapError } from './ontapError';
import { storageRoutes } from './storageRoutes';
import { Turns } from './turns';
import { VolumeTable } from './volumeTable';

/** How often a clock that goes by itself lets happen what is due. */
const FOLLOW_MS = 100;

export interface OntapEmulatorOptions {
  /** Moves nothing unless told. */
  readonly mover?: DataMover | undefined;
  readonly clock?: EmulatorClock | undefined;
  readonly accounts?: readonly Account[] | undefined;
  /** As the errors of a request have their code. */
  readonly codes?: 'string' | 'number' | undefined;
  readonly version?: string | undefined;
  /** Most records of a page. */
  readonly pageLimit?: number | undefined;
  /** Those of an emulator before, as making them takes a while; they outlive this one. */
  readonly certificates?: EmulatorCertificates | undefined;
  /** Address of this host that it listens at; its certificates have to be for it. */
  readonly host?: string | undefined;
  /** 0: one that is free. */
  readonly port?: number | undefined;
}

/** A request that came. */
export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Name of the account; null: it was not let in. */
  readonly account: string | null;
}

export class OntapEmulator implements AsyncDisposable {
  /** Everything asked so far, the newest last. */
  readonly requests: SeenRequest[] = [];
  readonly clock: EmulatorClock;
  readonly world: MirrorWorld;
  readonly volumes: VolumeTable;
  readonly jobs: JobStore;
  codes: 'string' | 'number';
  version: string;
  private readonly _faults = new EmulatorFaults();
  private readonly _sockets = new Set<Socket>();
  private readonly _stopped = new AbortController();
  private _running: { server: Server; certificates: EmulatorCertificates } | null = null;
  private readonly _turns = new Turns();
  private _following: Promise<void> = Promise.resolve();

  constructor(private readonly _options: OntapEmulatorOptions = {}) {
    const { clock = new EmulatorClock(), mover = noData, codes = 'string', version = '9.15.1' } = _options;
    this.clock = clock;
    this.codes = codes;
    this.version = version;
    this.volumes = new VolumeTable(clock);
    this.world = new MirrorWorld(clock, mover, this.volumes);
    this.jobs = new JobStore(clock);
  }

  async start(): Promise<void> {
    const certificates = this._options.certificates ?? (await makeCertificates('certificate-user'));
    const { ca, server: own } = certificates;
    const server = createServer({ ...own, ca, requestCert: true, rejectUnauthorized: false }, this._app());
    server.on('connection', (socket: Socket) => {
      this._sockets.add(socket);
      socket.on('close', () => this._sockets.delete(socket));
      // Cut by a fault, or by the client.
      socket.on('error', () => undefined);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this._options.port ?? 0, this._host, resolve);
    });
    this._running = { server, certificates };
    this._following = this.clock.flows ? this._follow() : Promise.resolve();
  }

  async stop(): Promise<void> {
    this._stopped.abort();
    const running = this._running;
    this._running = null;
    this._sockets.forEach(socket => socket.destroy());
    if (running !== null) {
      await new Promise(resolve => running.server.close(resolve));
      await (this._options.certificates === undefined ? running.certificates.dispose() : undefined);
    }
    await this._following;
    await this._turns.over();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get port(): number {
    return (this._started.server.address() as AddressInfo).port;
  }

  /** `https://HOST:PORT` */
  get url(): string {
    return `https://${this._host}:${this.port}`;
  }

  /** PEM of the CA that its certificate is by. */
  get ca(): string {
    return this._started.certificates.ca;
  }

  /** Certificates, also as files, for clients. */
  get certificates(): EmulatorCertificates {
    return this._started.certificates;
  }

  /** Adds a mirror; its volumes are made where there are none. */
  addRelationship(wish: MirrorWish): Mirror {
    return this.world.add(wish);
  }

  /** Somebody else deletes it. */
  forget(uuid: string): void {
    this.world.mirrors.delete(uuid);
  }

  /** Lets time pass, and all happen that comes due. */
  async advance(seconds: number): Promise<void> {
    await this._turns.take(async () => {
      this.clock.advance(seconds);
      await this._settle();
    });
  }

  /** Requests go wrong from now on. */
  fail(fault: Fault, which: FaultyRequests = {}): void {
    this._faults.add(fault, which);
  }

  /** Requests go well again. */
  mend(): void {
    this._faults.clear();
  }

  /** The next jobs fail. */
  failJobs(reason: { readonly code: string; readonly message: string }, times = 1): void {
    this.jobs.failNext(reason.code, reason.message, times);
  }

  /** The next transfers, of that mirror or of any, fail half way. */
  failTransfers(
    reason: OntapReason,
    { times = 1, mirror = null }: { times?: number; mirror?: string | null } = {}
  ): void {
    this.world.failTransfers(reason, times, mirror);
  }

  /** Shows another certificate on new connections, and cuts those that are open. */
  showCertificate(which: 'own' | 'foreign' | 'otherHost'): void {
    const { server, certificates } = this._started;
    const shown = which === 'own' ? certificates.server : certificates[which];
    server.setSecureContext({ ...shown, ca: certificates.ca });
    this._sockets.forEach(socket => socket.destroy());
  }

  private get _host(): string {
    return this._options.host ?? '127.0.0.1';
  }

  private get _started(): { server: Server; certificates: EmulatorCertificates } {
    if (this._running === null) {
      throw new Error('the emulator does not run');
    }
    return this._running;
  }

  private _app(): Express {
    const services: EmulatorServices = {
      ...{ clock: this.clock, world: this.world, volumes: this.volumes, jobs: this.jobs, clusterName: 'cluster1' },
      version: () => this.version,
      pageLimit: () => this._options.pageLimit ?? 10_000
    };
    const app = express().disable('x-powered-by').disable('etag');
    app.use(this._note, json({ type: '*/*' }), this._settled);
    app.use('/api', clusterRoutes(services), storageRoutes(services), mirrorRoutes(services));
    app.use(request => {
      throw new OntapError(404, '3', 'API not found', request.path);
    });
    app.use(this._failed);
    return app;
  }

  private readonly _note: RequestHandler = (request, response, next) => {
    response.setHeader('date', new Date(this.clock.now()).toUTCString());
    response.set('Date', new Date(this.clock.now()).toUTCString());
    const fault = this._faults.take(request);
    const seen = { method: request.method, path: request.originalUrl };
    if (fault !== null && !('delayMs' in fault) && !('cut' in fault && fault.cut === 'after')) {
      this.requests.push({ ...seen, account: null });
      answerFault(fault, request, response, this.codes);
      return;
    }
    let account: string | null = null;
    try {
      account = checkAccess(request, this._options.accounts ?? USUAL_ACCOUNTS).name;
    } finally {
      this.requests.push({ ...seen, account });
    }
    if (fault !== null && 'cut' in fault) {
      response.json = () => {
        request.socket.destroy();
        return response;
      };
    }
    if (fault !== null && 'delayMs' in fault) {
      setTimeout(next, fault.delayMs).unref();
      return;
    }
    next();
  };

  // Each request has the world to itself until it is answered.
  private readonly _settled: RequestHandler = async (_request, response, next) => {
    const answered = new Promise<void>(resolve => {
      if (response.closed) {
        resolve();
      }
      response.once('close', resolve);
    });
    await this._turns.hold(() => this._settle(), answered);
    next();
  };

  private readonly _failed: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const told = error instanceof OntapError ? error : new OntapError(500, '1', `internal error: ${String(error)}`);
    response.status(told.status).json(told.body(this.codes));
  };

  private async _settle(): Promise<void> {
    await this.jobs.settle();
    await this.world.settle();
  }

  private async _follow(): Promise<void> {
    while (!this._stopped.signal.aborted) {
      await this._turns.take(() => this._settle());
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, FOLLOW_MS);
        this._stopped.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
      });
    }
  }
}
