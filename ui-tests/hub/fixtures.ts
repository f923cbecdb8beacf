/** What every test on the hub starts from: a user of its own, who has just come to JupyterLab by the login form. */
import { randomBytes } from 'node:crypto';
import { test as base, type Page } from '@playwright/test';
import { DatamarkPage } from '../pages/datamarkPage';
import { untilRestored } from '../pages/restoredLayout';
import { deleteAll } from './cluster';
import { environment } from './environment';
import { hub } from './hub';

export { expect } from '@playwright/test';

interface Fixtures {
  /** How the user’s name begins. */
  userPrefix: string;
  /** Name of the user; all that is theirs is removed behind the test. */
  user: string;
  /** The user’s JupyterLab, after the login. */
  lab: Page;
  datamark: DatamarkPage;
}

/** Comes in by the login form; a server that does not run is started on the way. */
export async function logIn(page: Page, user: string, server = ''): Promise<void> {
  const path = server === '' ? '/hub/spawn' : `/hub/spawn/${user}/${server}`;
  await page.goto(`${environment.url}/hub/login?next=${encodeURIComponent(path)}`);
  // A second tab of a browser is logged in already.
  if (new URL(page.url()).pathname === '/hub/login') {
    await page.locator('input[name=username]').fill(user);
    await page.locator('input[name=password]').fill(environment.password);
    await page.locator('#login_submit').click();
  }
  await untilLab(page, user, server);
}

/** Waits until JupyterLab of that server is there, with what was open the last time. */
export async function untilLab(page: Page, user: string, server = ''): Promise<void> {
  const base = server === '' ? `/user/${user}/lab` : `/user/${user}/${server}/lab`;
  await page.waitForURL(url => url.pathname.startsWith(base), { timeout: 120_000 });
  await page.locator('.jp-Launcher, .jp-NotebookPanel').first().waitFor({ timeout: 120_000 });
  await untilRestored(page);
}

/** The same for a server that runs already; gives Datamark on its page. */
export async function logInTo(page: Page, user: string, server = ''): Promise<DatamarkPage> {
  await logIn(page, user, server);
  return new DatamarkPage(page);
}

/** A user of the hub; all that is theirs goes with them. */
export async function addUser(user: string): Promise<AsyncDisposable & { readonly name: string }> {
  await hub.addUser(user);
  return {
    name: user,
    [Symbol.asyncDispose]: async () => {
      await hub.stopAll(user);
      await hub.removeUser(user);
      // The hub writes a name with other than letters, digits and dashes differently, and adds a hash.
      await deleteAll(`claim-${user.replaceAll(/[^a-z0-9]+/g, '-')}`);
    }
  };
}

export const test = base.extend<Fixtures>({
  userPrefix: ['ann', { option: true }],
  user: async ({ userPrefix }, use) => {
    const user = `${userPrefix}${randomBytes(3).toString('hex')}`;
    await using added = await addUser(user);
    await use(added.name);
  },
  lab: async ({ page, user }, use) => {
    await logIn(page, user);
    await use(page);
  },
  datamark: async ({ lab }, use) => {
    await use(new DatamarkPage(lab));
  }
});
