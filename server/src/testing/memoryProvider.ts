/**
 * A provider without storage, for tests of everything above providers: remembers the calls, makes pending objects,
 * and does nothing more until a test says so. Not part of the bundle.
 */
import type {
  Capabilities,
  Capability,
  CheckFinding,
  Clone,
  CreateClone,
  CreateSnapshot,
  DeletePlan,
  Freshness,
  Notice,
  Operation,
  Restore,
  Snapshot,
  UpdateSnapshot
} from '../../../contract';
import { ObservedIndex } from '../observed/observedIndex';
import { ProblemError } from '../problemError';
import type { CloneFrom, Intent, Provider, RunNoteChange } from '../providers/provider';
import { sampleClone, sampleOperation, sampleRestore, sampleSnapshot } from './sampleObjects';

const AVAILABLE: Capability = { available: true };
const PENDING = { phase: 'pending', since: '2026-11-20T08:00:00.000Z', message: 'Waiting' } as const;
const DELETING = { phase: 'deleting', since: '2026-11-20T08:00:00.000Z', message: 'Deleting' } as const;

/** Thrown objects and delays are set by the test through `before`. */
export class MemoryProvider implements Provider {
  readonly kind = 'local';
  readonly label = 'memory, for tests';
  readonly user = 'me';
  readonly index = new ObservedIndex();
  /** Every call that changes something: its name and arguments. */
  readonly calls: [string, ...unknown[]][] = [];
  /** Runs before each call; may throw or wait. */
  before: (call: string, ...args: unknown[]) => void | Promise<void> = () => undefined;
  /** What `check` finds. */
  findings: readonly CheckFinding[] = [];
  /** What is written down on snapshots, by their names. */
  readonly runNotes = new Map<string, string>();
  private made = 0;
  private fresh: Freshness = { current: true };
  private readonly listeners = new Set<() => void>();

  async start(): Promise<void> {
    await this.call('start');
  }

  async stop(): Promise<void> {
    await this.call('stop');
  }

  capabilities(): Capabilities {
    return {
      snapshot: AVAILABLE,
      clone: AVAILABLE,
      restore: AVAILABLE,
      files: AVAILABLE,
      delete: AVAILABLE,
      hold: AVAILABLE
    };
  }

  notices(): Notice[] {
    return [];
  }

  async check(): Promise<CheckFinding[]> {
    await this.call('check');
    return [...this.findings];
  }

  lastFindings(): readonly CheckFinding[] {
    return this.findings;
  }

  freshness(): Freshness {
    return this.fresh;
  }

  /** Storage answers no more, or again. */
  setFreshness(freshness: Freshness): void {
    this.fresh = freshness;
    this.listeners.forEach(listener => listener());
  }

  onStatusChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async refresh(): Promise<void> {
    await this.call('refresh');
  }

  async createSnapshot(volume: string, request: CreateSnapshot, intent: Intent): Promise<Snapshot> {
    await this.call('createSnapshot', volume, request, intent);
    this.made += 1;
    const snapshot = sampleSnapshot({
      name: `made-${this.made}`,
      uid: `made-uid-${this.made}`,
      volume,
      title: request.title ?? null,
      note: request.note,
      notebook: request.notebook,
      heldUntil: request.heldUntil,
      origin: intent.origin ?? 'datamark',
      state: PENDING
    });
    this.index.upsert(snapshot);
    return snapshot;
  }

  async updateSnapshot(name: string, change: UpdateSnapshot): Promise<Snapshot> {
    await this.call('updateSnapshot', name, change);
    const before = this.snapshot(name);
    const after: Snapshot = {
      ...before,
      title: change.title === undefined ? before.title : change.title,
      note: change.note ?? before.note,
      heldUntil: change.heldUntil === undefined ? before.heldUntil : change.heldUntil
    };
    this.index.upsert(after);
    return after;
  }

  async retrySnapshot(name: string): Promise<Snapshot> {
    await this.call('retrySnapshot', name);
    return { ...this.snapshot(name), state: PENDING };
  }

  async planSnapshotDelete(name: string): Promise<DeletePlan> {
    await this.call('planSnapshotDelete', name);
    return planOf(name, this.snapshot(name).uid);
  }

  runNote(name: string): string | undefined {
    return this.runNotes.get(name);
  }

  async changeRunNote(name: string, uid: string, change: RunNoteChange): Promise<void> {
    await this.call('changeRunNote', name, uid);
    const text = change(this.runNotes.get(name));
    if (text !== null) {
      this.runNotes.set(name, text);
    }
  }

  async deleteSnapshot(name: string, uid: string): Promise<Snapshot> {
    await this.call('deleteSnapshot', name, uid);
    const before = this.snapshot(name);
    if (before.uid !== uid) {
      throw new ProblemError('object-changed', { detail: `${name} is another one now.`, next: 'Look again.' });
    }
    return { ...before, state: DELETING };
  }

  async createClone(from: CloneFrom, request: CreateClone, intent: Intent): Promise<Clone> {
    await this.call('createClone', from, request, intent);
    return sampleClone({ name: request.name ?? 'made-up', state: PENDING });
  }

  async planCloneDelete(id: string): Promise<DeletePlan> {
    await this.call('planCloneDelete', id);
    return planOf(id, 'clone-uid');
  }

  async deleteClone(id: string, uid: string): Promise<Clone> {
    await this.call('deleteClone', id, uid);
    return sampleClone({ id, uid, state: DELETING });
  }

  async planRestore(snapshot: string, volume: string | null, intent: Intent): Promise<Restore> {
    await this.call('planRestore', snapshot, volume, intent);
    return sampleRestore({ snapshot });
  }

  async approveRestore(id: string, uid: string): Promise<Restore> {
    await this.call('approveRestore', id, uid);
    return sampleRestore({ id, uid, phase: 'securing' });
  }

  async undoRestore(id: string, intent: Intent): Promise<Restore> {
    await this.call('undoRestore', id, intent);
    return sampleRestore({ id: 'restore-2', undoOf: id });
  }

  async cancelOperation(id: string): Promise<Operation> {
    await this.call('cancelOperation', id);
    return sampleOperation({ id, state: 'cancelling' });
  }

  protected async call(name: string, ...args: unknown[]): Promise<void> {
    this.calls.push([name, ...args]);
    await this.before(name, ...args);
  }

  private snapshot(name: string): Snapshot {
    return this.index.get('snapshot', name) ?? sampleSnapshot({ name });
  }
}

const planOf = (object: string, uid: string): DeletePlan => ({
  object,
  uid,
  allowed: true,
  blockers: [],
  warnings: [],
  lost: { known: true, bytes: 10 },
  lostFiles: 1,
  typeToConfirm: null
});
