/**
 * The Jupyter server of this page while a restore stops it: asked to end by its own `api/shutdown`, which needs no right
 * beyond the person's login, then looked at until a later one answers at the same address.
 */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/**
 * `running`: the server that was asked to stop. `gone`: nothing answers. `startable`: the hub answers in its place, so it
 * knows that the server has ended and can start it. `answers`: another life of the server, in which this browser has not
 * logged in yet. `back`: one in which it has.
 */
export type ServerSighting = 'running' | 'gone' | 'startable' | 'answers' | 'back';

export interface IOwnServer {
  /** Asks it to end. Rejects when it refuses, does not answer or does not tell since when it runs. */
  stop(): Promise<void>;
  /** Looks once, for 5 s at most. Never rejects. */
  look(): Promise<ServerSighting>;
  /** Loads this page anew. */
  reload(): void;
}

const LOOK_DEADLINE_MS = 5_000;

/** The server behind these settings. */
export class OwnServer implements IOwnServer {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  async stop(): Promise<void> {
    const status = await this._ask('api/status');
    if (!status.ok) {
      throw await ServerConnection.ResponseError.create(status);
    }
    this._started = await this._startOf(status);
    if (this._started === null) {
      throw new Error('It does not tell since when it runs, so its return could not be told.');
    }
    const response = await this._ask('api/shutdown', { method: 'POST' });
    if (!response.ok) {
      throw await ServerConnection.ResponseError.create(response);
    }
  }

  async look(): Promise<ServerSighting> {
    try {
      const response = await this._ask('api/status');
      if (response.ok) {
        const started = await this._startOf(response);
        return started === null ? 'gone' : started === this._started ? 'running' : 'back';
      }
      if (response.status === 403) {
        // The new server does not know this page's login yet; what it says of itself needs none.
        const hello = await this._ask('api');
        return hello.ok && isJson(hello) ? 'answers' : 'gone';
      }
      // 424; 503 where an admin wants the older answer. A proxy that finds nobody answers 503 with a page.
      return response.status === 424 || (response.status === 503 && isJson(response)) ? 'startable' : 'gone';
    } catch {
      return 'gone';
    }
  }

  reload(): void {
    window.location.reload();
  }

  private async _startOf(response: Response): Promise<string | null> {
    const answer: unknown = isJson(response) ? await response.json() : null;
    const started = typeof answer === 'object' && answer !== null && 'started' in answer ? answer.started : null;
    return typeof started === 'string' ? started : null;
  }

  private _ask(path: string, init: RequestInit = {}): Promise<Response> {
    const url = URLExt.join(this._settings.baseUrl, path);
    const signal = AbortSignal.timeout(LOOK_DEADLINE_MS);
    return ServerConnection.makeRequest(url, { cache: 'no-store', signal, ...init }, this._settings);
  }

  private _started: string | null = null;
}

const isJson = (response: Response): boolean =>
  response.headers.get('content-type')?.includes('application/json') ?? false;
