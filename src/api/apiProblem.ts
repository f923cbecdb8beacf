/** The one error of all requests: a problem in the contract's shape, whoever answered and whatever went wrong. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { problem, Problem, problemSlug, type ProblemSlug } from '../../contract';

/**
 * Who is at fault: `answered` (Datamark says no), `foreign` (somebody else answered: a proxy, a login page, a server
 * without Datamark), `unreachable` (nobody answered), `malformed` (an answer outside the contract).
 */
export type ApiProblemKind = 'answered' | 'foreign' | 'unreachable' | 'malformed';

/** Type of a problem that has no entry in the catalogue (RFC 9457, section 4.2.1). */
const BLANK = 'about:blank';
/** Said while the sidecar, or the storage behind it, does not answer. */
const UNREACHABLE: ReadonlySet<string | null> = new Set([
  'sidecar-unavailable',
  'sidecar-timeout',
  'starting',
  'storage-unreachable',
  'cluster-busy',
  'token-refused',
  // What was read before the login ended is still what was read.
  'login-needed'
]);

/** A request that failed, told as a problem. */
export class ApiProblem extends Error {
  readonly kind: ApiProblemKind;
  readonly problem: Problem;
  /** For a stream that broke: when it last gave a sign of life. */
  readonly lastContact: Date | null;

  constructor(kind: ApiProblemKind, told: Problem, lastContact: Date | null = null) {
    super(told.detail);
    this.name = 'ApiProblem';
    this.kind = kind;
    this.problem = told;
    this.lastContact = lastContact;
  }

  /** The problem's entry in the catalogue, or null. */
  get slug(): ProblemSlug | null {
    return problemSlug(this.problem.type);
  }

  /** Nobody who knows can be reached just now. */
  get isUnreachable(): boolean {
    return this.kind === 'unreachable' || UNREACHABLE.has(this.slug);
  }

  /** The Jupyter server, or the hub before it, does not know this page's login any more. */
  get isLoggedOut(): boolean {
    return this.slug === 'login-needed';
  }

  /** The Jupyter server knows no such address: its Datamark part is missing or switched off. */
  get isAbsent(): boolean {
    return this.kind === 'foreign' && this.problem.status === 404;
  }

  /** Nobody answered: network down, server gone, or the deadline passed. */
  static unreachable(trans: TranslationBundle, lastContact: Date | null = null): ApiProblem {
    return new ApiProblem(
      'unreachable',
      {
        type: BLANK,
        title: trans.__('No answer'),
        status: 0,
        detail: trans.__('The Jupyter server does not answer.'),
        next: trans.__('Check the network, and that the server still runs.'),
        object: null
      },
      lastContact
    );
  }

  /** A page came where an answer should: the hub sends there when the server has stopped, a proxy when a login has ended. */
  static page(trans: TranslationBundle): ApiProblem {
    return new ApiProblem('unreachable', {
      ...ApiProblem.unreachable(trans).problem,
      detail: trans.__('A page of the hub, or a login, answers in place of the Jupyter server.'),
      next: trans.__('Reload this page: the server can be started there.')
    });
  }

  /** An answer of status 2xx that the contract does not know. */
  static malformed(trans: TranslationBundle, detail: string): ApiProblem {
    return new ApiProblem('malformed', {
      type: BLANK,
      title: trans.__('The answer was malformed'),
      status: 200,
      detail,
      next: trans.__('Reload the page. If it stays, report it with these details.'),
      object: null
    });
  }

  /** Reads a refusal: a contract problem where the body is one, else a true word about who refused. */
  static async refused(response: Response, trans: TranslationBundle): Promise<ApiProblem> {
    const told = Problem.safeParse(await bodyOf(response));
    if (told.success) {
      return new ApiProblem('answered', told.data);
    }
    if (response.status === 401 || response.status === 403) {
      return new ApiProblem(
        'foreign',
        problem('login-needed', {
          detail: trans.__('The Jupyter server refused the request. The login of this page may have ended.'),
          next: trans.__('Reload the page and log in again.')
        })
      );
    }
    if (response.status === 424) {
      return new ApiProblem('unreachable', {
        ...ApiProblem.unreachable(trans).problem,
        status: response.status,
        detail: trans.__('JupyterHub says that this server is not running.'),
        next: trans.__('Start it on the hub’s page, then reload this one.')
      });
    }
    if (response.status === 502 || response.status === 503 || response.status === 504) {
      return new ApiProblem('unreachable', {
        ...ApiProblem.unreachable(trans).problem,
        status: response.status,
        detail: trans.__('A proxy answers %1 in place of the Jupyter server.', response.status)
      });
    }
    return new ApiProblem('foreign', {
      type: BLANK,
      title: trans.__('Somebody else answered'),
      status: response.status,
      detail: trans.__('The Jupyter server answers %1, but not in the words of Datamark.', response.status),
      next: trans.__('Check that the server extension jupyterlab_datamark is enabled.'),
      object: null
    });
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
