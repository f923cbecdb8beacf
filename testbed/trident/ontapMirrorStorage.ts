// The emulator of ONTAP as the storage behind the stand-in of Trident, asked by REST as Trident asks.
import { askEmulator, type Ask } from '../ontap/askEmulator';
import type { OntapEmulator } from '../ontap/ontapEmulator';
import { at } from '../support/kubernetesObject';
import { waitUntil } from '../support/waitUntil';
import type { MirrorStorage, StoredRelationship, WantedRelationship } from './mirrorStorage';
import { textOf } from './relationshipRules';

/** The ten that Trident itself asks for. */
const FIELDS = [
  ...['state', 'last_transfer_type', 'transfer.state', 'transfer.end_time', 'healthy', 'unhealthy_reason'],
  ...['policy.name', 'transfer_schedule.name', 'source.path', 'destination.path']
].join(',');
const RELATIONSHIPS = '/snapmirror/relationships';

export interface OntapMirrorStorageOptions {
  readonly emulator: OntapEmulator;
  /** `svm:volume` of a claim’s volume; null: it is not bound yet. */
  readonly handleOf: (namespace: string, claim: string) => Promise<string | null>;
}

export class OntapMirrorStorage implements MirrorStorage {
  constructor(private readonly options: OntapMirrorStorageOptions) {}

  localHandle(namespace: string, claim: string): Promise<string | null> {
    return this.options.handleOf(namespace, claim);
  }

  async relationship(destination: string): Promise<StoredRelationship | null> {
    const record = await this.record(destination);
    if (record === null) {
      return null;
    }
    const reasons = (at(record, 'unhealthy_reason') ?? []) as unknown[];
    return {
      state: textOf(record, 'state'),
      transferState: textOf(record, 'transfer', 'state') || null,
      transferEndedAt: textOf(record, 'transfer', 'end_time') || null,
      healthy: at(record, 'healthy') === true,
      reasons: reasons.map(reason => textOf(reason, 'message'))
    };
  }

  async establish({ source, destination, policy, schedule }: WantedRelationship): Promise<void> {
    const body = {
      source: { path: source },
      destination: { path: destination },
      ...(policy === '' ? {} : { policy: { name: policy } }),
      ...(schedule === '' ? {} : { transfer_schedule: { name: schedule } })
    };
    await this.job(RELATIONSHIPS, { method: 'POST', body });
    await this.update(destination, null);
  }

  async reestablish(wanted: WantedRelationship): Promise<void> {
    if ((await this.record(wanted.destination)) === null) {
      await this.establish(wanted);
      return;
    }
    await this.change(wanted.destination, { state: 'snapmirrored' });
  }

  async promote(destination: string, snapshot: string | null): Promise<'done' | 'waiting'> {
    if (snapshot !== null && !(await this.hasArrived(destination, snapshot))) {
      return 'waiting';
    }
    const state = textOf(await this.record(destination), 'state');
    if (state !== 'paused' && state !== 'broken_off') {
      await this.change(destination, { state: 'paused' });
    }
    await this.abort(destination);
    if (state !== 'broken_off') {
      const restore = snapshot === null ? {} : { restore_to_snapshot: snapshot };
      await this.change(destination, { state: 'broken_off', ...restore });
    }
    await this.job(`${RELATIONSHIPS}/${await this.uuid(destination)}`, { method: 'DELETE' });
    return 'done';
  }

  /** The source is another cluster: nothing of it can be asked here. */
  async release(): Promise<void> {
    return Promise.resolve();
  }

  async update(destination: string, snapshot: string | null): Promise<void> {
    const body = snapshot === null ? {} : { source_snapshot: snapshot };
    await this.ask(`${RELATIONSHIPS}/${await this.uuid(destination)}/transfers`, { method: 'POST', body });
  }

  private async change(destination: string, body: object): Promise<void> {
    await this.job(`${RELATIONSHIPS}/${await this.uuid(destination)}`, { method: 'PATCH', body });
  }

  private async abort(destination: string): Promise<void> {
    const path = `${RELATIONSHIPS}/${await this.uuid(destination)}/transfers`;
    const running = ((at(await this.ask(`${path}?fields=state`), 'records') ?? []) as unknown[]).filter(record =>
      ['queued', 'transferring'].includes(textOf(record, 'state'))
    );
    for (const record of running) {
      await this.ask(`${path}/${textOf(record, 'uuid')}`, { method: 'PATCH', body: { state: 'aborted' } });
    }
  }

  private async hasArrived(destination: string, snapshot: string): Promise<boolean> {
    const [svm, name] = destination.split(':');
    const volumes = await this.ask(`/storage/volumes?svm.name=${svm}&name=${name}`);
    const uuid = textOf(volumes, 'records', 0, 'uuid');
    const found = uuid === '' ? {} : await this.ask(`/storage/volumes/${uuid}/snapshots?name=${snapshot}`);
    return ((at(found, 'records') ?? []) as unknown[]).length > 0;
  }

  private async record(destination: string): Promise<unknown> {
    const path = `${RELATIONSHIPS}?destination.path=${encodeURIComponent(destination)}&fields=${FIELDS}`;
    return at(await this.ask(path), 'records', 0) ?? null;
  }

  private async uuid(destination: string): Promise<string> {
    const uuid = textOf(await this.record(destination), 'uuid');
    if (uuid === '') {
      throw new Error(`There is no relationship to ${destination}.`);
    }
    return uuid;
  }

  private async job(path: string, ask: Ask): Promise<void> {
    const uuid = textOf(await this.ask(path, ask), 'job', 'uuid');
    const over = await waitUntil(`the job of ${path}`, async () => {
      const job = await this.ask(`/cluster/jobs/${uuid}`);
      return ['success', 'failure'].includes(textOf(job, 'state')) && job;
    });
    if (textOf(over, 'state') === 'failure') {
      throw new Error(textOf(over, 'message') || textOf(over, 'error', 'message'));
    }
  }

  private async ask(path: string, ask: Ask = {}): Promise<unknown> {
    const { status, body, text } = await askEmulator(this.options.emulator, path, ask);
    if (status >= 400) {
      throw new Error(textOf(body, 'error', 'message') || text);
    }
    return body;
  }
}
