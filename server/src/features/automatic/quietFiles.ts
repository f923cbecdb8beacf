/**
 * Files that Jupyter and other tools write by themselves, while nobody works. They are in every snapshot, but a change
 * of them alone is no reason to make one.
 */

const QUIET_NAMES = new Set(['.ipynb_checkpoints', '__pycache__', '.cache', '.datamark']);

const QUIET_PATHS = [
  /^datamark-clones$/,
  /^\.local\/share\/jupyter\/(runtime|nbsignatures\.db(-.*)?)$/,
  /^\.jupyter\/lab\/workspaces$/,
  /^\.jupyter_ystore\.db(-.*)?$/,
  /^\.ipython\/profile_[^/]+\/(history\.sqlite(-.*)?|db|log|pid|security)$/,
  /^\.npm\/_logs$/
];

/** Whether a path below a volume's root is left out when the volume is looked at for changes. */
export const isQuiet = (path: string): boolean =>
  QUIET_NAMES.has(path.slice(path.lastIndexOf('/') + 1)) || QUIET_PATHS.some(pattern => pattern.test(path));
