/**
 * Reads DATAMARK_VOLUMES: `<mount path>=<claim>`, with `/<directory>` behind the claim where only that directory of it is
 * mounted. Several stand on lines of their own, or are separated by commas where there is no line break.
 */
import type { Notice } from '../../../../../contract';
import { byClaim, type ClaimMount, type MountedClaim } from './mountedClaim';

export interface DeclaredVolumes {
  readonly claims: readonly MountedClaim[];
  readonly notices: readonly Notice[];
}

/** The last `=` that a claim's name follows: paths may contain `=`, names of claims can't. */
const ENTRY = /^(?<path>\/.*?)\/*=(?<claim>[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)(?:\/(?<sub>[^=]*))?$/su;
const FORM = 'Ask the administrator to write <mount path>=<claim>, for example /home/jovyan=claim-ann.';

/** What the variable declares; null where it is not set or empty. Entries that can't be read are told, the others used. */
export function declaredVolumes(text: string | null): DeclaredVolumes | null {
  if (text === null || text.trim() === '') {
    return null;
  }
  const entries = text
    .split(text.trim().includes('\n') ? /\r?\n/ : ',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '');
  const notices: Notice[] = [];
  const taken = new Map<string, { readonly claim: string; readonly mount: ClaimMount }>();
  for (const entry of entries) {
    const read = readEntry(entry);
    if ('fault' in read) {
      notices.push(notice(`DATAMARK_VOLUMES has “${shortened(entry)}”, ${read.fault}`, read.fix));
      continue;
    }
    const before = taken.get(read.mount.path);
    if (before === undefined) {
      taken.set(read.mount.path, read);
    } else if (before.claim !== read.claim || before.mount.subPath !== read.mount.subPath) {
      const both = `${before.claim} and ${read.claim}`;
      notices.push(
        notice(
          `DATAMARK_VOLUMES names two claims for ${read.mount.path}, ${both}; ${before.claim} is shown.`,
          'Ask the administrator to leave only the claim that is mounted there.'
        )
      );
    }
  }
  return { claims: byClaim([...taken.values()]), notices };
}

type Read = { readonly claim: string; readonly mount: ClaimMount } | { readonly fault: string; readonly fix: string };

function readEntry(entry: string): Read {
  const { path, claim, sub } = ENTRY.exec(entry)?.groups ?? {};
  if (path === undefined || claim === undefined) {
    return /=.*[{}]/.test(entry)
      ? {
          fault: 'whose braces nobody filled in.',
          fix: 'Ask the administrator to set it where KubeSpawner expands it (singleuser.extraEnv), or to name the claim.'
        }
      : { fault: 'which is not <mount path>=<claim>.', fix: FORM };
  }
  const segments = path.split('/').filter(part => part !== '' && part !== '.');
  if (segments.length === 0 || segments.includes('..')) {
    return { fault: 'whose path can’t be that of a volume.', fix: FORM };
  }
  const subPath = sub?.replaceAll(/^\/+|\/+$/g, '') ?? '';
  return { claim, mount: { path: `/${segments.join('/')}`, subPath: subPath === '' ? null : subPath, readOnly: null } };
}

const notice = (message: string, fix: string): Notice => ({ code: 'volumes-malformed', message, fix, object: null });

const shortened = (entry: string): string => (entry.length > 80 ? `${entry.slice(0, 79)}…` : entry);
