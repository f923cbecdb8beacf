/** Trident’s side as a test says, instead of a cluster. */
import type { Mirror, MirrorSource } from '../../../../contract';
import type { TridentMirror } from '../model/tridentMirror';
import type { MirrorSourceTrident, SeenMirror, TridentMirrors } from '../trident/mirrorSourceTrident';
import { sampleMirror } from './sampleMirrors';

export class TridentStandIn implements MirrorSourceTrident {
  source: MirrorSource = { state: 'answers', asOf: '2026-11-23T12:00:00.000Z' };
  readonly calls: [string, ...unknown[]][] = [];
  looks = 0;
  clients = 0;
  stopped = false;
  /** Runs when it is asked to change something. */
  before: () => void = () => undefined;
  private mirrors: readonly TridentMirror[] = [];
  private readonly listeners = new Set<() => void>();

  /** As a watch would tell it. */
  tell(...mirrors: readonly Mirror[]): void {
    this.mirrors = mirrors.map(mirror => ({ mirror, pending: null }));
    this.listeners.forEach(listener => listener());
  }

  async list(): Promise<TridentMirrors> {
    this.looks += 1;
    return this.current();
  }

  current(): TridentMirrors {
    return { mirrors: this.mirrors, source: this.source };
  }

  follow(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  followers(count: number): void {
    this.clients = count;
  }

  update(id: string, intent: { readonly operationKey: string | null }): Promise<Mirror> {
    return this.call('update', id, intent);
  }

  cancel(id: string): Promise<Mirror> {
    return this.call('cancel', id);
  }

  promote(seen: SeenMirror): Promise<Mirror> {
    return this.call('promote', seen);
  }

  resync(seen: SeenMirror): Promise<Mirror> {
    return this.call('resync', seen);
  }

  async stop(): Promise<void> {
    this.stopped = true;
  }

  private async call(...call: [string, ...unknown[]]): Promise<Mirror> {
    this.calls.push(call);
    this.before();
    return this.mirrors[0]?.mirror ?? sampleMirror();
  }
}
