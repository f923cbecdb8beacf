/** The version of package.json, put in by scripts/buildSidecar.mjs; `0.0.0` when run without the bundle, in unit tests. */
declare const DATAMARK_VERSION: string | undefined;

/** Version of this sidecar. */
export const version: string = typeof DATAMARK_VERSION === 'string' ? DATAMARK_VERSION : '0.0.0';
