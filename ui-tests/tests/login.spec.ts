/** The way people come in: a login with a token, a base URL as behind JupyterHub, and XSRF checked on every change. */
import { expect, test } from '../fixtures';
import { smallProject } from '../server/files';

const TOKEN = 'secret-of-the-login-test';

test.use({
  server: { seed: smallProject, token: TOKEN, baseUrl: '/user/x/' },
  opened: false,
  // Galata asks the server for its runners without logging in.
  kernels: null,
  sessions: null,
  terminals: null
});

test('after the login a snapshot is made and shows, below the base URL', async ({
  page,
  context,
  datamark,
  jupyter
}) => {
  expect((await fetch(`${jupyter.url}/datamark/api/v1/volumes`)).status).toBe(403);
  const login = await context.newPage();
  await login.goto(`${jupyter.url}/login`);
  await login.locator('#password_input').fill(TOKEN);
  await login.locator('#login_submit').click();
  await login.waitForURL(/\/(lab|tree)/);
  await login.close();

  const asked: string[] = [];
  page.on('request', request => asked.push(request.url()));
  await page.goto('?reset');
  await datamark.openPanel();
  await datamark.makeSnapshot('behind the login');

  await expect(datamark.snapshot('behind the login')).toBeVisible();
  expect(await datamark.storedSnapshots(jupyter.root)).toHaveLength(1);
  const ours = asked.filter(url => url.includes('/datamark/'));
  expect(ours.length).toBeGreaterThan(0);
  expect(ours.filter(url => !url.startsWith(`${jupyter.url}/datamark/api/v1/`))).toEqual([]);
  expect(asked.filter(url => url.includes(TOKEN))).toEqual([]);
});

test('a change without the XSRF header is refused', async ({ page, context, jupyter }) => {
  const login = await context.newPage();
  await login.goto(`${jupyter.url}/login`);
  await login.locator('#password_input').fill(TOKEN);
  await login.locator('#login_submit').click();
  await login.waitForURL(/\/(lab|tree)/);

  const status = await login.evaluate(async url => {
    const volumes = (await (await fetch(`${url}/volumes`)).json()) as { items: { id: string }[] };
    return (await fetch(`${url}/volumes/${volumes.items[0]?.id ?? ''}/snapshots`, { method: 'POST', body: '{}' }))
      .status;
  }, `${jupyter.url}/datamark/api/v1`);

  expect(status).toBe(403);
  await login.close();
  await page.close();
});
