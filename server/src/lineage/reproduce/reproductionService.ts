/**
 * Plans and makes reproductions. Nothing of them is kept here: clones are found by their name and source, and the notebook is
 * written when they are ready, at whichever request finds them so.
 */
import { basename, dirname, join, posix } from 'node:path';
import type {
  Clone,
  CreateReproduction,
  Problem,
  Reproduction,
  ReproductionPlan,
  ReproductionQuery,
  ReproductionState,
  Volume
} from '../../../../contract';
import { operationKey } from '../../http/operationKey';
import { ProblemError } from '../../problemError';
import type { Provider } from '../../providers/provider';
import { systemError } from './systemError';
import type { LineageService } from '../lineageService';
import { mlflowProblem } from '../mlflowProblem';
import type { Lineage } from '../openLineage';
import type { RunData } from '../runData';
import { runOrModel } from '../runOrModel';
import { cloneNames, freeReproductionName } from './cloneNames';
import { fileBelow } from './fileBelow';
import { findNotebook, notebookOf, plannedNotebook } from './findNotebook';
import { isScript, readNotebook } from './originalNotebook';
import { recordedEnvironment, type RecordedEnvironment } from './recordedEnvironment';
import { reproducedNotebook } from './reproducedNotebook';
import { reproductionCells } from './reproductionCells';
import { dataPlaces, reproductionFolder, wantedData, type MountedClones, type WantedData } from './reproductionData';
import { reproductionsIn, writeOnce } from './reproductionFile';
import { reproductionPlan } from './reproductionPlan';

/** For what MLflow keeps of the environment. */
const ENVIRONMENT_MS = 10_000;

export interface ReproductionServiceOptions {
  readonly provider: Provider;
  readonly lineage: Pick<LineageService, 'data'>;
  /** null: MLflow is not set up. */
  readonly mlflow: Pick<Lineage, 'client' | 'image'> | null;
}

type MountedClone = Clone & { readonly path: string };

export class ReproductionService {
  readonly #options: ReproductionServiceOptions;

  constructor(options: ReproductionServiceOptions) {
    this.#options = options;
  }

  /** What can be brought back; changes nothing. */
  async plan({ of }: ReproductionQuery): Promise<ReproductionPlan> {
    return (await this.#planned(of, null)).plan;
  }

  /** Begins, or goes on. Throws ProblemError where it can't begin. */
  async make(request: CreateReproduction, idempotencyKey: string | null): Promise<Reproduction> {
    const { index } = this.#options.provider;
    const { plan, found } = await this.#planned(request.of, request.notebook ?? null);
    const volumes = index.all('volume');
    const known = { volumes, clones: index.all('clone'), mounted: this.#mounted() };
    const wanted = wantedData(found.snapshots, request.data, known);
    const begun = await this.#clones(request, plan.run.id, wanted, idempotencyKey);
    const { name, clones, failed } = begun;
    if (failed !== null) {
      return { name, plan, clones, outcome: { state: 'failed', problem: failed } };
    }
    const outcome =
      this.#waits(clones, wanted, request.of) ??
      (await this.#write({ request, name, plan, found, wanted, clones: clones.filter(isMounted), volumes }));
    return { name, plan, clones, outcome };
  }

  async #planned(of: string, notebook: string | null): Promise<{ plan: ReproductionPlan; found: RunData }> {
    const { provider, lineage, mlflow } = this.#options;
    const found = await lineage.data(runOrModel(of));
    const mounted = this.#mounted();
    const plan = reproductionPlan({
      found,
      clone: provider.capabilities().clone,
      notebook: await plannedNotebook(found, notebook, provider.index.all('volume'), mounted),
      environment: await this.#environment(found),
      mounted,
      image: mlflow?.image ?? null
    });
    if (plan === null) {
      throw new ProblemError('run-not-found', {
        detail: `MLflow does not tell which run ${of} comes from.`,
        next: 'Name a run.',
        object: of
      });
    }
    return { plan, found };
  }

  #mounted(): MountedClones {
    const { provider } = this.#options;
    const found = new Map<string, Volume>();
    for (const volume of provider.index.all('volume')) {
      if (volume.cloneOf !== undefined) {
        found.set(volume.cloneOf.uid, volume);
      }
    }
    return found;
  }

  /** Or why it can't be read: the rest can be reproduced all the same. */
  async #environment({ run }: RunData): Promise<RecordedEnvironment | string> {
    const { mlflow } = this.#options;
    if (run === null || mlflow === null) {
      return 'MLflow is not set up.';
    }
    try {
      return await recordedEnvironment(run, mlflow.client, AbortSignal.timeout(ENVIRONMENT_MS));
    } catch (error) {
      const problem = mlflowProblem(error);
      if (problem instanceof ProblemError) {
        return problem.problem.detail;
      }
      throw error;
    }
  }

  async #clones(
    { name: asked }: CreateReproduction,
    run: string,
    wanted: readonly WantedData[],
    idempotencyKey: string | null
  ): Promise<{ name: string; clones: Clone[]; failed: Problem | null }> {
    const { provider } = this.#options;
    const before = provider.index.all('clone');
    const folders = asked === undefined ? await reproductionsIn(provider.index.all('volume')) : [];
    const name = asked ?? freeReproductionName(run, new Set([...before.map(one => one.name), ...folders]));
    const sources = wanted.flatMap(item => (item.kind === 'clone' ? [item.snapshot] : []));
    const names = cloneNames(
      name,
      sources.map(({ volume }) => volume)
    );
    const clones: Clone[] = [];
    for (const [at, snapshot] of sources.entries()) {
      const own = names[at] ?? name;
      const there = before.find(
        one =>
          asked !== undefined &&
          one.name === own &&
          one.source.kind === 'snapshot' &&
          one.source.name === snapshot.name &&
          one.source.createdAt === snapshot.createdAt
      );
      const intent = { operationKey: operationKey(idempotencyKey, snapshot.uid) };
      try {
        clones.push(there ?? (await provider.createClone({ snapshot: snapshot.name }, { name: own }, intent)));
      } catch (error) {
        const [first] = clones;
        if (first === undefined || !(error instanceof ProblemError)) {
          throw error;
        }
        // What is made already must not be made again: whoever asks learns its name.
        const next = `${error.problem.next} Then go on with --name ${first.name}.`;
        return { name: first.name, clones, failed: { ...error.problem, next } };
      }
    }
    // An earlier answer that got lost may have made up another name.
    return { name: clones[0]?.name ?? name, clones, failed: null };
  }

  /** What there is to wait for; null: all clones can be worked on. */
  #waits(clones: readonly Clone[], wanted: readonly WantedData[], of: string): ReproductionState | null {
    for (const { state } of clones) {
      if (state.phase === 'failed') {
        return { state: 'failed', problem: state.problem };
      }
    }
    for (const { state, name } of clones) {
      if (state.phase === 'deleting' || (state.phase === 'pending' && state.awaitsUse !== true)) {
        return { state: 'cloning', message: `${name}: ${state.message}` };
      }
    }
    const volumes = wanted.flatMap(item => (item.kind === 'clone' ? [item.one.link.volume] : []));
    const away = clones.flatMap((clone, at) => (isMounted(clone) ? [] : [{ clone, volume: volumes[at] ?? '' }]));
    const [first] = away;
    if (first === undefined) {
      return null;
    }
    const others = away.slice(1).map(({ volume }) => ` --data ${volume}=PATH`);
    const several = away.length > 1 ? ` A server takes one of the ${away.length} clones.` : '';
    const command = `datamark reproduce ${of}${others.join('')}`;
    const where = `${first.clone.name} is made, and this server does not have it.`;
    return {
      state: 'mount',
      server: this.#mountPage(first.clone),
      message: `${where} Start a server with it, and there: ${command}.${several}`
    };
  }

  #mountPage(clone: Clone): string | null {
    const template = this.#options.provider.platform?.().links.mount;
    // JupyterHub 6 allows no longer names of servers.
    const server = clone.name.slice(0, 30).replace(/-+$/, '');
    return template === undefined
      ? null
      : template.replace('{server}', encodeURIComponent(server)).replace('{clone}', encodeURIComponent(clone.id));
  }

  async #write(parts: WriteParts): Promise<ReproductionState> {
    const { request, name, plan, found, wanted, clones, volumes } = parts;
    const places = dataPlaces(wanted, clones, volumes);
    const told = notebookOf(found, request.notebook ?? null);
    const notebook = told === null ? null : await findNotebook(told, places);
    if (notebook === null) {
      const why =
        told === null ? 'Which notebook the run came from was not written down.' : `${told} is in none of the clones.`;
      return { state: 'data-only', message: `${why} ${whereData(places.map(({ here }) => here))}` };
    }
    const { place, path } = notebook;
    const script = isScript(path);
    // A script is named from where it was run, a notebook runs where it lies.
    const folderOfCode = script && told !== null && !told.startsWith('/') ? '.' : dirname(path);
    const read = readNotebook((await fileBelow(place.unchanged, path)) ?? '', posix.relative(folderOfCode, path));
    if (!read.ok) {
      return { state: 'data-only', message: `${read.reason} ${whereData(places.map(({ here }) => here))}` };
    }
    const folder = reproductionFolder(name, clones, volumes);
    const file = `${posix.basename(path).replace(/\.(ipynb|py)$/, '')}.ipynb`;
    const made = reproducedNotebook(
      reproductionCells({
        ...{ plan, places, original: read.notebook, script, of: request.of, folder: folder.path },
        workingDirectory: join(place.here, folderOfCode),
        live: volumes.map(({ mountPath }) => mountPath)
      })
    );
    const written = await systemError(`The notebook can’t be written to ${folder.path}`, () =>
      writeOnce(join(folder.path, file), made.text)
    );
    return {
      state: 'written',
      path: join(folder.path, file),
      browsePath: folder.browsePath === null ? null : posix.join(folder.browsePath, file),
      substitutions: [...made.changes],
      message: written
        ? `${basename(path)} is ready to be run again: run all cells of ${file}.`
        : `${file} was written before, and is left as it is.`
    };
  }
}

interface WriteParts {
  readonly request: CreateReproduction;
  readonly name: string;
  readonly plan: ReproductionPlan;
  readonly found: RunData;
  readonly wanted: readonly WantedData[];
  readonly clones: readonly MountedClone[];
  readonly volumes: readonly Volume[];
}

const isMounted = (clone: Clone): clone is MountedClone => clone.path !== null;

const whereData = (paths: readonly string[]): string => `Its data is in ${paths.join(', ')}.`;
