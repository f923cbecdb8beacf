/** Finds the mirror that a command is about, as the storage tells it now. */
import { type Mirror, problem } from '../../contract';
import type { ICommandContext } from './commandContext';
import { pickOne } from './pickOne';
import { RefusedError } from './problemOf';

/** What is asked where several mirrors could be meant. */
export interface MirrorQuestion {
  readonly title: string;
  readonly accept: string;
  /** Those that come into question, where that is not all. */
  readonly among?: (mirror: Mirror) => boolean;
}

/** The mirror asked for by id or by its volume; else the only one, or the one that a person picks. null: none was picked. */
export async function findMirror(
  { datamark, trans }: ICommandContext,
  asked: string | undefined,
  { among = () => true, ...question }: MirrorQuestion
): Promise<Mirror | null> {
  const { mirrors } = datamark;
  await mirrors.look();
  const { content } = mirrors;
  if (content.state === 'refused') {
    throw new RefusedError(content.problem);
  }
  const items = mirrors.found?.items ?? [];
  if (asked !== undefined) {
    const found =
      items.find(({ id }) => id === asked) ??
      items.find(({ volume, volumeName }) => volume === asked || volumeName === asked);
    if (found !== undefined) {
      return found;
    }
  } else if (items.length > 0) {
    const some = items.filter(among);
    return pickOne(question, some.length > 0 ? some : items, mirror =>
      mirror.from === null ? mirror.volumeName : trans.__('%1, from %2', mirror.volumeName, mirror.from)
    );
  }
  throw new RefusedError(
    problem('mirror-not-found', {
      detail:
        asked === undefined
          ? trans.__('No mirror into a volume here is known.')
          : trans.__('There is no mirror %1 here.', asked),
      next: trans.__('Look at the list of mirrors in the panel.'),
      object: asked ?? null
    })
  );
}
