/** The one text by which commands name a run or a registered model version, and what people call it. Pure. */
import { type ModelVersionRef, RunId } from '../../contract';

const VERSION = /^models:\/+([^/]+)\/(\d+)$/;
const ALIAS = /^models:\/+([^/]+)@([\w-]+)$/;

/** `models:/churn/7` */
export const uriOf = ({ name, version }: Pick<ModelVersionRef, 'name' | 'version'>): string =>
  `models:/${name}/${version}`;

/** "churn v7", "churn @champion"; null: it names a run. */
export function modelIn(of: string): string | null {
  const [, name, version] = VERSION.exec(of) ?? [];
  if (name !== undefined && version !== undefined) {
    return `${name} v${version}`;
  }
  const [, model, alias] = ALIAS.exec(of) ?? [];
  return model !== undefined && alias !== undefined ? `${model} @${alias}` : null;
}

/** The id in what was typed: an id, or the address of a run’s page in MLflow; null: neither. */
export function runIn(text: string): string | null {
  const typed = text.trim();
  const run = /\/runs\/([\w-]{1,64})(?:[/?#]|$)/.exec(typed)?.[1] ?? typed;
  return RunId.safeParse(run).success ? run : null;
}

/** The run or version in what was typed, also as the address of its page in MLflow; null: neither. */
export function runOrModelIn(text: string): string | null {
  const typed = text.trim();
  if (typed.startsWith('models:')) {
    return modelIn(typed) === null ? null : typed;
  }
  const [, name, version] = /\/models\/([^/?#]+)\/versions\/(\d+)(?:[/?#]|$)/.exec(typed) ?? [];
  return name === undefined || version === undefined ? runIn(typed) : uriOf({ name: decoded(name), version });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
