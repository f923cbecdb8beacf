/** What the endpoint of ingest counts, as Prometheus text (format 0.0.4). */
import { OntapError } from '../../ingest/ontap/ontapError';

/** Callers count as present so long, ms. */
const PRESENT_MS = 120_000;
const MOST_CALLERS = 10_000;

export class IngestMetrics {
  /** Claims whose mirror is not shown because several could be meant. */
  ambiguous = 0;
  readonly #polls = new Map<string, number>();
  readonly #errors = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  readonly #actions = new Map<string, number>();
  readonly #callers = new Map<string, number>();

  constructor(storages: readonly string[]) {
    storages.forEach(name => this.#polls.set(`storage="${name}"`, 0));
  }

  polled(storage: string, error: unknown): void {
    count(this.#polls, `storage="${storage}"`);
    if (error !== null) {
      const failure = error instanceof OntapError ? error.failure : 'internal';
      count(this.#errors, `storage="${storage}",failure="${failure}"`);
    }
  }

  refused(reason: string): void {
    count(this.#refused, `reason="${reason}"`);
  }

  acted(verb: string, result: 'done' | 'failed'): void {
    count(this.#actions, `verb="${verb}",result="${result}"`);
  }

  called(caller: string): void {
    this.#callers.delete(caller);
    if (this.#callers.size < MOST_CALLERS) {
      this.#callers.set(caller, performance.now());
    }
  }

  text(): string {
    const since = performance.now() - PRESENT_MS;
    for (const [caller, at] of this.#callers) {
      if (at < since) {
        this.#callers.delete(caller);
      }
    }
    return [
      ...metric('datamark_ingest_polls_total', 'counter', 'Polls of a storage.', this.#polls),
      ...metric('datamark_ingest_poll_errors_total', 'counter', 'Polls that failed, by kind.', this.#errors),
      ...metric('datamark_ingest_callers', 'gauge', 'Pods that asked lately.', new Map([['', this.#callers.size]])),
      ...metric('datamark_ingest_refused_total', 'counter', 'Requests that were refused, by reason.', this.#refused),
      ...metric('datamark_ingest_actions_total', 'counter', 'Changes of mirrors that were asked for.', this.#actions),
      ...metric(
        'datamark_ingest_ambiguous_total',
        'counter',
        'Looks at a claim whose mirror is not shown because several could be meant.',
        new Map([['', this.ambiguous]])
      ),
      ''
    ].join('\n');
  }
}

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

const metric = (name: string, type: string, help: string, samples: ReadonlyMap<string, number>): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
  ...[...samples].map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`)
];
