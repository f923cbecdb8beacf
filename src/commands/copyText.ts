/** Puts text on the clipboard, also where the page came by plain http. */
import { Clipboard } from '@jupyterlab/apputils';

/** Rejects where the browser does not allow it. */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text);
  } else {
    // Plain http offers no other way than the old one.
    Clipboard.copyToSystem(text);
  }
}
