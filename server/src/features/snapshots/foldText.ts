/** Text in the form in which it is searched. */

/** Lower case, without accents and other marks: `Émile` is found by `emile`. */
export const foldText = (text: string): string => text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '');
