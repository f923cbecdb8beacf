/** What the controller asks a JupyterHub about a user’s server: whether it may start it, and to start it. */
import { z } from 'zod';
import { askHub, serverPath, userPath, type HubResponse } from './askHub';
import type { HubServer } from './hubUser';
import type { HubSettings } from './hubSettings';

/** A plan does not wait longer for the hub, ms. */
const LOOK_DEADLINE_MS = 2_000;
/** The hub answers a start after 10 s at the latest, and other work in a minute, ms. */
const START_DEADLINE_MS = 60_000;

/** What came of asking for a start. */
export type StartAnswer =
  /** The hub starts it, or has. */
  | { readonly kind: 'accepted' }
  /** It will not, however often it is asked. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Not now. `failed`: it has tried. */
  | { readonly kind: 'later'; readonly why: string; readonly failed: boolean };

const User = z.object({
  name: z.string(),
  servers: z.record(z.string(), z.object({ stopped: z.boolean().default(false) })).default({})
});

/** Whether the hub shows this very server, running, to the controller’s service: with the scope `servers` it does. */
export async function isOnHub(hub: HubSettings, { user, server }: HubServer, signal: AbortSignal): Promise<boolean> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(LOOK_DEADLINE_MS)]);
  try {
    const { status, text } = await askHub(hub, { method: 'GET', path: userPath(user), signal: within });
    const shown = status === 200 ? User.safeParse(JSON.parse(text)).data : undefined;
    return shown?.name === user && shown.servers[server]?.stopped === false;
  } catch {
    return false;
  }
}

/** Never rejects. */
export async function startOnHub(hub: HubSettings, server: HubServer, signal: AbortSignal): Promise<StartAnswer> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(START_DEADLINE_MS)]);
  try {
    return answerOf(await askHub(hub, { method: 'POST', path: serverPath(server), signal: within }));
  } catch (error) {
    return { kind: 'later', why: `The hub was not reached: ${whyOf(error)}.`, failed: false };
  }
}

function answerOf(response: HubResponse): StartAnswer {
  const { status } = response;
  if (status === 201 || status === 202) {
    return { kind: 'accepted' };
  }
  const why = `The hub answered ${status}${saidBy(response)}.`;
  // 400: it runs, which the pods show, or it is still being stopped. 409: a hook of the hub waits for a restore.
  if (status >= 500 || [400, 408, 409, 425, 429].includes(status)) {
    return { kind: 'later', why, failed: status === 500 };
  }
  return { kind: 'refused', why };
}

const Said = z.object({ message: z.string() });

function saidBy({ text }: HubResponse): string {
  try {
    const { message } = Said.parse(JSON.parse(text));
    return `: ${message.slice(0, 200).replace(/\.$/, '')}`;
  } catch {
    return '';
  }
}

const whyOf = (error: unknown): string => {
  const { message, code } = error as { message?: string; code?: string };
  return (message === undefined || message === '' ? code : message) ?? String(error);
};
