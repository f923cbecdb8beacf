// A storage in memory for the stand-in of Trident: nothing happens in it but what a test tells.
import type { MirrorStorage, StoredRelationship, WantedRelationship } from './mirrorStorage';

const FRESH: StoredRelationship = {
  state: 'uninitialized',
  transferState: 'transferring',
  transferEndedAt: null,
  healthy: true,
  reasons: []
};

export class MemoryMirrorStorage implements MirrorStorage {
  readonly relationships = new Map<string, StoredRelationship>();
  /** Claims whose volume can’t be mirrored, and those that are not bound. */
  readonly unsupported = new Set<string>();
  readonly unbound = new Set<string>();
  /** Snapshots that have arrived, by name. */
  readonly arrived = new Set<string>();
  /** What each call throws; null: nothing. */
  trouble: Error | null = null;
  readonly calls: string[] = [];

  async localHandle(_namespace: string, claim: string): Promise<string | 'unsupported' | null> {
    return this.unbound.has(claim) ? null : this.unsupported.has(claim) ? 'unsupported' : `lab:trident_${claim}`;
  }

  async relationship(destination: string): Promise<StoredRelationship | null> {
    this.assertAnswers();
    return this.relationships.get(destination) ?? null;
  }

  async establish({ source, destination }: WantedRelationship): Promise<void> {
    this.begin(`establish ${source} ${destination}`, destination, FRESH);
  }

  async reestablish({ source, destination }: WantedRelationship): Promise<void> {
    this.begin(`reestablish ${source} ${destination}`, destination, { ...FRESH, state: 'synchronizing' });
  }

  async promote(destination: string, snapshot: string | null): Promise<'done' | 'waiting'> {
    this.assertAnswers();
    if (snapshot !== null && !this.arrived.has(snapshot)) {
      return 'waiting';
    }
    this.calls.push(`promote ${destination} ${snapshot ?? ''}`.trim());
    this.relationships.delete(destination);
    return 'done';
  }

  async release(destination: string): Promise<void> {
    this.calls.push(`release ${destination}`);
  }

  async update(destination: string, snapshot: string | null): Promise<void> {
    const before = this.relationships.get(destination) ?? FRESH;
    const call = `update ${destination} ${snapshot ?? ''}`.trim();
    this.begin(call, destination, { ...before, transferState: 'transferring' });
  }

  /** The transfer under way ends. */
  end(destination: string, ended: Partial<StoredRelationship> = {}): void {
    const before = this.relationships.get(destination) ?? FRESH;
    const transferEndedAt = new Date().toISOString();
    this.relationships.set(destination, {
      ...{ ...before, state: 'snapmirrored', transferState: 'success', transferEndedAt },
      ...ended
    });
  }

  private begin(call: string, destination: string, relationship: StoredRelationship): void {
    this.assertAnswers();
    this.calls.push(call);
    this.relationships.set(destination, relationship);
  }

  private assertAnswers(): void {
    if (this.trouble !== null) {
      throw this.trouble;
    }
  }
}
