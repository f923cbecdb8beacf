/** What a first snapshot of a volume is good for, from what is possible there. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Volume } from '../../../contract';

/** Promises nothing that is off. */
export function emptyWords({ can }: Pick<Volume, 'can'>, trans: TranslationBundle): string {
  const keeps = trans.__('A snapshot keeps the files of this volume as they are now.');
  if (can.files.available) {
    return `${keeps} ${
      can.restore.available
        ? trans.__('You can copy files back, restore all of it, or clone it to look into it beside your work.')
        : trans.__('You can copy files back, or clone it to look into it beside your work.')
    }`;
  }
  return `${keeps} ${
    can.restore.available
      ? trans.__('You can restore all of it, or clone it to look into it beside your work.')
      : trans.__('You can clone it to look into it beside your work.')
  }`;
}
