/** A page that may be opened: MLflow’s address comes from its settings, but never a script. */
export const webPage = (link: string | null): string | null =>
  link !== null && /^https?:\/\//i.test(link) ? link : null;
