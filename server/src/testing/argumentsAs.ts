/**
 * Runs Node as another user, for tests that start as root. The process starts as root and steps down before its program
 * is loaded: a `uid` for `spawn` would need a Node that this user may execute, and ours may lie in root's own home.
 */

/** Node's arguments for a process that becomes this user and group before it does anything; none for undefined. */
export const argumentsAs = (user: number | undefined): string[] =>
  user === undefined
    ? []
    : // Worker threads load it too, when all is done.
      [
        '--import',
        `data:text/javascript,if(process.getuid()===0){process.setgroups([]);process.setgid(${user});process.setuid(${user})}`
      ];
