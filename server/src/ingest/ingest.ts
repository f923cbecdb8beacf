/** Ingest for the application: its service is loaded and made when somebody first asks, so that it costs nothing before. */
import type { IngestService, IngestServiceOptions } from './ingestService';

export class Ingest {
  readonly #options: IngestServiceOptions;
  #service: Promise<IngestService> | null = null;
  #opened: IngestService | null = null;
  #followers = 0;
  #disposed = false;

  constructor(options: IngestServiceOptions) {
    this.#options = options;
  }

  /** The one service of this application. */
  service(): Promise<IngestService> {
    this.#service ??= this.#open();
    return this.#service;
  }

  /** So many clients follow the event stream now. */
  followers(count: number): void {
    this.#followers = count;
    this.#opened?.followers(count);
  }

  /** Ends what the service follows; where nobody has asked for it, nothing is loaded. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await (await this.#service?.catch(() => undefined))?.dispose();
  }

  async #open(): Promise<IngestService> {
    const { IngestService } = await import('./ingestService');
    const service = new IngestService(this.#options);
    this.#opened = service;
    service.followers(this.#followers);
    if (this.#disposed) {
      await service.dispose();
    }
    return service;
  }
}
