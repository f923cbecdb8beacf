/** What lineage writes: links, what runs lack, pins. Where MLflow is not set up all of it is refused with that. */
import type {
  CompletedRuns,
  CompleteRuns,
  LinkedRun,
  LinkRun,
  PinnedSnapshots,
  PinQuery,
  PinSnapshots
} from '../../../contract';
import type { SnapshotService } from '../features/snapshots/snapshotService';
import type { Log } from '../log';
import { ProblemError } from '../problemError';
import type { Provider } from '../providers/provider';
import { linkedVolume } from './linkedVolume';
import { linkedSnapshots } from './linkRun';
import { LinkService } from './linkService';
import type { Run } from './mlflow/mlflowAnswers';
import { mlflowNotSetUp } from './mlflowNotSetUp';
import { mlflowProblem } from './mlflowProblem';
import type { Lineage } from './openLineage';
import { PanelPins } from './panelPins';
import { RunCompletion } from './runCompletion';
import { runsOfSnapshot } from './runsOfSnapshot';

/** Less than a request of the Jupyter server may take. */
const DEADLINE_MS = 20_000;

export interface LineageWritingOptions {
  readonly provider: Provider;
  readonly snapshots: SnapshotService;
  /** null: MLflow is not set up. */
  readonly lineage: Lineage | null;
  readonly log: Log;
  /** Something was written to MLflow. */
  readonly written: () => void;
}

interface Parts {
  readonly lineage: Lineage;
  readonly links: LinkService;
  readonly completion: RunCompletion;
  readonly pins: PanelPins;
}

export class LineageWriting {
  readonly #options: LineageWritingOptions;
  readonly #parts: Parts | null;
  #unfollow: (() => void) | null = null;

  constructor(options: LineageWritingOptions) {
    const { lineage } = options;
    this.#options = options;
    this.#parts =
      lineage === null
        ? null
        : {
            lineage,
            links: new LinkService({ ...options, lineage }),
            completion: new RunCompletion({ ...options, lineage }),
            pins: new PanelPins(lineage.kernels)
          };
  }

  /** Takes up the links that an earlier process left waiting, as soon as snapshots are known; to be called after the first look. */
  begin(): void {
    const { provider } = this.#options;
    const links = this.#parts?.links;
    if (links === undefined || this.#unfollow !== null) {
      return;
    }
    const look = (): void => {
      if (provider.freshness().current) {
        this.#unfollow?.();
        links.begin();
      }
    };
    this.#unfollow = provider.onStatusChange(look);
    look();
  }

  /** MLflow has told these runs, which somebody looks at. */
  shown(runs: readonly Run[]): void {
    this.#parts?.links.mlflowAnswered();
    this.#parts?.completion.later(runs);
  }

  link(request: LinkRun): Promise<LinkedRun> {
    return this.#setUp().links.link(request);
  }

  async complete({ snapshot: name, uid }: CompleteRuns): Promise<CompletedRuns> {
    const { completion, links, lineage } = this.#setUp();
    const { provider, snapshots } = this.#options;
    const snapshot = snapshots.get(name);
    const identity = { uid, name, volume: linkedVolume(snapshot, provider) };
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      const found = await runsOfSnapshot(identity, { client: lineage.client, signal, tagged: true });
      const runs = found.filter(({ match }) => match === 'uid').map(({ run }) => run);
      const written = await completion.complete(runs, signal);
      links.mlflowAnswered();
      return { runs: runs.map(({ info }) => info.run_id), written };
    } catch (error) {
      // Who asks after a cell does not wait for the answer.
      this.#options.log.warn(
        { snapshot: name, err: error },
        'runs of a snapshot lack their datasets until they are shown'
      );
      throw mlflowProblem(error);
    } finally {
      this.#options.written();
    }
  }

  pinOf({ kernel }: PinQuery): Promise<PinnedSnapshots> {
    return this.#setUp().pins.of(kernel);
  }

  async pin({ kernel, snapshots, notebook }: PinSnapshots): Promise<PinnedSnapshots> {
    const { pins, lineage } = this.#setUp();
    const { provider } = this.#options;
    const wanted = snapshots.map(({ name, uid, relation }) => {
      const snapshot = this.#options.snapshots.get(name);
      return { snapshot, volume: linkedVolume(snapshot, provider), uid, relation };
    });
    const [first, ...others] = linkedSnapshots(wanted, lineage.place());
    if (first === undefined || new Set(wanted.map(({ volume }) => volume)).size < wanted.length) {
      const message = 'Pin one snapshot of each volume.';
      const fields = [{ path: 'body.snapshots', message }];
      throw new ProblemError('invalid-request', { detail: 'A volume is named twice.', next: message, fields });
    }
    return pins.set(kernel, [first, ...others], notebook);
  }

  unpin({ kernel }: PinQuery): Promise<PinnedSnapshots> {
    return this.#setUp().pins.end(kernel);
  }

  /** Resolves when nothing is under way any more. */
  async dispose(): Promise<void> {
    this.#unfollow?.();
    await Promise.all([this.#parts?.links.dispose(), this.#parts?.completion.dispose()]);
  }

  #setUp(): Parts {
    if (this.#parts === null) {
      throw new ProblemError('mlflow-not-set-up', {
        detail: 'MLflow is not set up here.',
        next: mlflowNotSetUp(null).fix
      });
    }
    return this.#parts;
  }
}
