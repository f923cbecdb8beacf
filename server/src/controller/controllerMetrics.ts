/** What the controller counts, and how it tells: Prometheus text and readiness. Text format 0.0.4. docs/controller.md lists it. */
import { KubernetesError } from '../providers/kubernetes/client/kubernetesApi';
import { ControllerStrategy, type RestorePhase, type VolumeRestore } from '../providers/kubernetes/volumeRestore';
import { version } from '../version';
import type { KnownRestores } from './knownRestores';
import { isAtLeast, isFinal } from './restoreProgress';

/** Labels of restores that ended. */
const labelsOf = (strategy: ControllerStrategy | '', phase: RestorePhase): string =>
  `strategy="${strategy}",phase="${phase}"`;

export class ControllerMetrics {
  looks = 0;
  conflicts = 0;
  /** Restores that were over for long enough, and deleted. */
  forgotten = 0;
  /** Restores whose last look failed. */
  failing = 0;
  /** Why VolumeRestores can’t be observed; null: they are. */
  watch: string | null = 'VolumeRestores were not listed yet.';
  /** What is wrong with their definition; null: nothing that is known. */
  #definition: string | null = null;
  /** By which restores that showed. */
  readonly #shownBy = new Set<string>();
  readonly #errors = new Map<string, number>();
  /** Those that must be noticed are told as 0 too: an increase is told only of what was there before. */
  readonly #durations = new Map<string, { count: number; seconds: number }>(
    ControllerStrategy.options.map(strategy => [labelsOf(strategy, 'Failed'), { count: 0, seconds: 0 }])
  );

  constructor(
    private readonly restores: Pick<KnownRestores, 'all' | 'unreadable'>,
    private readonly clock: () => Date
  ) {}

  /** A look that ended by an error. */
  failed(error: unknown): void {
    const reason = error instanceof KubernetesError ? error.reason : error instanceof Error ? error.name : 'Unknown';
    this.#errors.set(reason, (this.#errors.get(reason) ?? 0) + 1);
  }

  /** What was written to a restore was not kept. */
  definitionIsOlder(why: string, uid: string): void {
    this.#definition = `The CustomResourceDefinition volumerestores.datamark.github.io is older than this controller: ${why}.`;
    this.#shownBy.add(uid);
  }

  definitionIsGood(uid: string): void {
    this.#shownBy.delete(uid);
    if (this.#shownBy.size === 0) {
      this.#definition = null;
    }
  }

  /** A restore has come to another phase. */
  ended({ status }: VolumeRestore): void {
    const { phase, strategy, startedAt, finishedAt } = status;
    if (isFinal(phase) && startedAt && finishedAt) {
      const key = labelsOf(strategy ?? '', phase);
      const { count, seconds } = this.#durations.get(key) ?? { count: 0, seconds: 0 };
      const took = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
      this.#durations.set(key, { count: count + 1, seconds: seconds + took });
    }
  }

  /** Why it can't work; null: it can. */
  notReady(): string | null {
    return this.watch ?? this.#definition;
  }

  /** All of it. */
  text(): string {
    return [
      ...metric('datamark_controller_info', 'gauge', 'Version of the controller.', [[`version="${version}"`, 1]]),
      ...metric('datamark_controller_ready', 'gauge', '1 while VolumeRestores are observed and can be worked with.', [
        ['', this.notReady() === null ? 1 : 0]
      ]),
      ...this.#present(),
      ...metric('datamark_restores_failing', 'gauge', 'Restores whose last look failed.', [['', this.failing]]),
      ...metric('datamark_restores_forgotten_total', 'counter', 'Restores deleted some time after their end.', [
        ['', this.forgotten]
      ]),
      ...metric('datamark_restore_looks_total', 'counter', 'Looks at a VolumeRestore.', [['', this.looks]]),
      ...metric('datamark_restore_conflicts_total', 'counter', 'Writes onto a state that had changed.', [
        ['', this.conflicts]
      ]),
      ...metric(
        'datamark_restore_errors_total',
        'counter',
        'Looks that failed, by reason.',
        [...this.#errors].map(([reason, count]) => [`reason="${escaped(reason)}"`, count])
      ),
      ...metric(
        'datamark_restore_duration_seconds_count',
        'counter',
        'Restores that ended.',
        [...this.#durations].map(([key, { count }]) => [key, count])
      ),
      ...metric(
        'datamark_restore_duration_seconds_sum',
        'counter',
        'Time from approval to end.',
        [...this.#durations].map(([key, { seconds }]) => [key, seconds])
      ),
      ''
    ].join('\n');
  }

  /** What there is now. */
  #present(): string[] {
    const now = this.clock().getTime();
    const phases = new Map<string, number>();
    const since = (time: string | null | undefined): number => (now - Date.parse(time ?? '')) / 1000;
    let [blocked, closed, oldest, pending, kept] = [0, 0, 0, 0, 0];
    for (const { metadata, status, isBlocked } of this.restores.all()) {
      phases.set(status.phase, (phases.get(status.phase) ?? 0) + 1);
      blocked += isBlocked ? 1 : 0;
      closed += since(status.gateClosedUntil) < 0 ? 1 : 0;
      kept += isFinal(status.phase) && status.undo?.possible === true && status.undo.volume ? 1 : 0;
      pending += isFinal(status.phase) && status.pending.length > 0 ? 1 : 0;
      if (isAtLeast(status.phase, 'Preparing')) {
        oldest = Math.max(oldest, since(status.startedAt ?? metadata.creationTimestamp) || 0);
      }
    }
    return [
      ...metric('datamark_restores', 'gauge', 'VolumeRestores by phase.', [
        ...[...phases].map(([phase, count]) => [`phase="${phase}"`, count] as const)
      ]),
      ...metric('datamark_restores_unreadable', 'gauge', 'VolumeRestores that are of another version or were edited.', [
        ['', [...this.restores.unreadable()].length]
      ]),
      ...metric('datamark_restore_plans_blocked', 'gauge', 'Plans that something stands in the way of.', [
        ['', blocked]
      ]),
      ...metric('datamark_restore_oldest_seconds', 'gauge', 'Time since the oldest restore under way was approved.', [
        ['', oldest]
      ]),
      ...metric('datamark_restore_gates_closed', 'gauge', 'Volumes that can not be mounted now.', [['', closed]]),
      ...metric('datamark_restores_unsettled', 'gauge', 'Restores that are over and leave something to do.', [
        ['', pending]
      ]),
      ...metric('datamark_restore_volumes_kept', 'gauge', 'Replaced volumes that are kept for an undo.', [['', kept]])
    ];
  }
}

type Sample = readonly [labels: string, value: number];

const escaped = (text: string): string => text.replaceAll(/[\\"\n]/g, '_');

const metric = (name: string, type: string, help: string, samples: readonly Sample[]): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
  ...samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`)
];
