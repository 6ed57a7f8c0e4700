import type { Page } from '@playwright/test';
import {
  clearSession,
  confirmStored,
  expect,
  failedResponse,
  fillKey,
  KEY_ID,
  people,
  readCredentials,
  row,
  sameOriginHeaders,
  test,
  toast,
  unique,
  waitUntilAnswered,
} from '../fixtures.ts';
import { startServer } from '../server.ts';

async function fill(page: Page, email: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Email' }).fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('a wrong password and an unknown e-mail receive the same response, and the form keeps the e-mail', async ({
  page,
  open,
  browserErrors,
}) => {
  browserErrors.allow(failedResponse(422));
  const sentences = [];
  for (const email of [people.owner.email, 'nobody@acme.example']) {
    await open('/sign-in');
    await fill(page, email, 'a wrong password indeed');
    const alert = page.getByRole('alert').filter({ hasText: 'password' });
    await expect(alert).toBeVisible();
    sentences.push(await alert.innerText());
    await expect(page.getByRole('textbox', { name: 'Email' })).toHaveValue(email);
    await expect(page.getByLabel('Password', { exact: true })).not.toHaveAttribute('value', /.+/);
  }
  expect(sentences[0]).toBe(sentences[1]);
});

test('the correct password leads to the list of keys', async ({ page, open }) => {
  await open('/sign-in');
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(/\/apps\/[^/]+\/settings\/api-keys$/);
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await expect(page.getByRole('link', { name: 'API Keys', exact: true })).toHaveAttribute('aria-current', 'page');
});

test('a page that requires a session redirects to the sign-in, which returns to the page', async ({ page, open, signInAs }) => {
  const { app } = await signInAs(people.owner);
  await clearSession(page);
  await open(`${app}/settings/general`);
  await expect(page).toHaveURL(/\/sign-in\?/);
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(`${app}/settings/general`);
  await expect(page.getByRole('heading', { name: 'General', level: 1 })).toBeVisible();
});

test('the return path keeps its query', async ({ page, open, signInAs }) => {
  const { keys } = await signInAs(people.owner);
  await clearSession(page);
  await open(`${keys}?status=revoked`);
  await expect(page).toHaveURL(/\/sign-in\?/);
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(`${keys}?status=revoked`);
});

test('two wrong passwords keep the return path', async ({ page, open, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  const { app } = await signInAs(people.owner);
  await clearSession(page);
  await open(`${app}/settings/general`);
  const email = page.getByRole('textbox', { name: 'Email' });
  for (const wrong of ['the first wrong one', 'the second wrong one']) {
    await fill(page, people.owner.email, wrong);
    // The alert of the attempt before may still be there.
    await waitUntilAnswered(page);
    await expect(page.getByRole('alert').filter({ hasText: 'Incorrect email or password' })).toBeVisible();
    await expect(email).toHaveValue(people.owner.email);
    await expect(page.getByLabel('Password', { exact: true })).toBeVisible();
    await email.fill('');
  }
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(`${app}/settings/general`);
});

test('the return path never leads to another site', async ({ page, open }) => {
  await open('/sign-in?next=https://evil.example/');
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(/\/settings\/api-keys$/);
});

test('signing out ends the session, even for a copy of its cookie', async ({ page, open, context }) => {
  await open('/sign-in');
  await fill(page, people.developer.email, people.developer.password);
  await expect(page).toHaveURL(/\/settings\/api-keys$/);
  const inside = page.url();
  const kept = await context.cookies();
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/sign-in');
  await context.addCookies(kept);
  await page.goto(inside);
  await expect(page).toHaveURL(/\/sign-in\?/);
});

test('after signing out, Back leads to the sign-in and to no page of the session', async ({ page, open }) => {
  await open('/sign-in');
  await fill(page, people.developer.email, people.developer.password);
  await expect(page).toHaveURL(/\/settings\/api-keys$/);
  const list = page.url();
  await page.getByRole('link', { name: 'Requests', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Requests', level: 1 })).toBeVisible();
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/sign-in');
  for (let step = 0; step < 2; step++) {
    await page.goBack();
    await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
    await expect(page.getByText(people.developer.email)).toHaveCount(0);
  }
  expect(page.url()).not.toBe(list);
});

test('after signing out, the back/forward cache holds no page of the session', { tag: '@js' }, async ({
  playwright,
  launchOptions,
  server,
}) => {
  // Playwright turns the cache off.
  const browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  try {
    const page = await browser.newPage({ baseURL: server.url });
    await page.addInitScript(() => {
      addEventListener('pageshow', ({ persisted }) => {
        document.documentElement.dataset['shown'] = persisted ? 'restored' : 'loaded';
      });
    });
    const shown = (how: string) => expect(page.locator('html')).toHaveAttribute('data-shown', how);
    const { email, password } = people.developer;
    const answer = await page.request.post('/api/sign_in', { form: { email, password }, headers: sameOriginHeaders(server.url) });
    expect(answer.ok()).toBe(true);
    await page.goto('/profile');
    await page.goto('/profile/sessions');
    // Playwright does not see that a page is restored.
    await page.evaluate(() => history.back());
    await expect(page).toHaveURL('/profile');
    await shown('restored');
    await expect(page.getByText(email).first()).toBeVisible();
    await page.goto('/profile/sessions');
    // As without JavaScript: a page that has sent requests by itself is not kept.
    await page.evaluate(() => document.querySelector<HTMLFormElement>('form[action="/api/sign_out"]')?.submit());
    await expect(page).toHaveURL('/sign-in');
    for (let step = 0; step < 2; step++) {
      await page.evaluate(() => history.back());
      await expect(page).toHaveURL(/\/sign-in\?/);
      await shown('loaded');
      await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
      await expect(page.getByText(email)).toHaveCount(0);
    }
  } finally {
    await browser.close();
  }
});

test('scripts cannot read the session cookie, and other sites cannot use it', async ({ page, open, context }) => {
  await open('/sign-in');
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(/\/settings\/api-keys$/);
  const cookies = await context.cookies();
  const session = cookies.find(({ name }) => /^latchkey(-\d+)?$/.test(name));
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/', domain: '127.0.0.1' });
  expect(cookies.find(({ name }) => /^latchkey-device(-\d+)?$/.test(name))).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  expect(cookies.every(({ value }) => !page.url().includes(value))).toBe(true);
});

test('with HTTPS, the cookies are bound to HTTPS and to the host', { tag: '@no-js' }, async ({ request, database }) => {
  const publicUrl = 'https://keys.example.com';
  const server = await startServer({ database, people: [people.owner], publicUrl });
  try {
    const { email, password } = people.owner;
    // The host as a proxy sends it, because pages are served only under the public name.
    const host = { host: 'keys.example.com' };
    const answer = await request.post(`${server.url}/api/sign_in`, {
      form: { email, password },
      headers: { ...sameOriginHeaders(publicUrl), ...host },
      maxRedirects: 0,
    });
    const cookies = answer.headersArray().filter(({ name }) => name.toLowerCase() === 'set-cookie');
    const session = cookies.find(({ value }) => value.startsWith('__Host-latchkey='))?.value;
    for (const part of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) {
      expect(session).toContain(part);
    }
    expect(session).not.toContain('Domain');
    const page = await request.get(`${server.url}/sign-in`, { headers: host });
    expect(page.headers()['strict-transport-security']).toBeTruthy();
  } finally {
    await server.stop();
  }
});

test('a session that ends while a form is open is renewed over the page, and the form is sent', { tag: '@js' }, async ({
  page,
  open,
  signInAs,
  context,
  browserErrors,
}) => {
  browserErrors.allow(failedResponse(422));
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  const name = unique('Kept');
  await fillKey(page, name);
  await context.clearCookies();
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const renewal = page.getByRole('dialog', { name: 'Your session has ended' });
  await expect(renewal.getByRole('textbox', { name: 'Email' })).toHaveValue(people.owner.email);
  await expect(renewal.getByLabel('Password', { exact: true })).toBeFocused();
  await renewal.getByLabel('Password', { exact: true }).fill('not the password');
  await renewal.getByRole('button', { name: 'Sign in' }).click();
  await expect(renewal).toContainText(/incorrect/i);
  await renewal.getByLabel('Password', { exact: true }).fill(people.owner.password);
  await renewal.getByRole('button', { name: 'Sign in' }).click();
  const { id } = await readCredentials(page);
  expect(id).toMatch(KEY_ID);
  await confirmStored(page);
  await expect(row(page, name)).toBeVisible();
});

test('while the dialog that renews a session cannot be loaded, a form keeps what was typed', { tag: '@js' }, async ({
  page,
  open,
  signInAs,
  context,
  browserErrors,
}) => {
  browserErrors.allow(/ERR_FAILED|Failed to fetch/);
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  const name = unique('Offline');
  await fillKey(page, name);
  await context.clearCookies();
  const chunks = /\/pkg\/(?!latchkey\.wasm)[^/]+\.wasm/;
  await page.route(chunks, (route) => route.abort());
  const submit = page.getByRole('button', { name: 'Generate API Key' });
  await submit.click();
  await expect(toast(page, "didn't respond")).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue(name);
  await page.unroute(chunks);
  await submit.click();
  await expect(page.getByRole('dialog', { name: 'Your session has ended' })).toBeVisible();
});

test('the pages for people who are not signed in say what has happened', { tag: '@js' }, async ({
  page,
  open,
  browserErrors,
}) => {
  browserErrors.allow(failedResponse(404));
  for (const [path, text] of [
    ['/sign-in?after=reset', 'Password changed'],
    ['/sign-in?after=expiry', 'too many wrong codes'],
    ['/forgot-password', 'latchkey user reset-password'],
    [`/invite/${'0'.repeat(64)}`, "This invitation doesn't work"],
  ] as const) {
    await open(path);
    await expect(page.getByRole('main')).toContainText(text);
  }
});

test('a form that is sent while another tab gives the session a new token is sent once more', { tag: '@js' }, async ({
  page,
  open,
  signInAs,
  context,
  browserErrors,
}) => {
  browserErrors.allow(failedResponse(401));
  const paths = await signInAs(people.owner);
  const replaced = (await context.cookies()).map(({ name }) => `${name}=${'0'.repeat(64)}`).join('; ');
  await open(`${paths.keys}/new`);
  const name = unique('Crossed');
  await fillKey(page, name);
  let sent = 0;
  await page.route('**/api/create_key', async (route) => {
    sent += 1;
    if (sent > 1) {
      await route.continue();
      return;
    }
    // As if the first request had left with the token that is replaced.
    const headers = { ...(await route.request().allHeaders()), cookie: replaced };
    const response = await route.fetch({ headers, maxRedirects: 0 });
    await route.fulfill({ response });
  });
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  await readCredentials(page);
  expect(sent).toBe(2);
  await confirmStored(page);
  await expect(row(page, name)).toBeVisible();
});

test('a browser that has signed in elsewhere is not asked again, and its form is sent', { tag: '@js' }, async ({
  page,
  open,
  signInAs,
  context,
  browserErrors,
}) => {
  browserErrors.allow(failedResponse(401));
  const paths = await signInAs(people.owner);
  const replaced = (await context.cookies()).map(({ name }) => `${name}=${'0'.repeat(64)}`).join('; ');
  await open(`${paths.keys}/new`);
  const name = unique('Twice');
  await fillKey(page, name);
  let sent = 0;
  await page.route('**/api/create_key', async (route) => {
    sent += 1;
    if (sent > 2) {
      await route.continue();
      return;
    }
    const headers = { ...(await route.request().allHeaders()), cookie: replaced };
    const response = await route.fetch({ headers, maxRedirects: 0 });
    await route.fulfill({ response });
  });
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  await readCredentials(page);
  expect(sent).toBe(3);
  await confirmStored(page);
  await expect(row(page, name)).toBeVisible();
});

test('the sign-in page leads a browser with a session back', async ({ page, open, signInAs }) => {
  await signInAs(people.owner);
  await open('/sign-in?next=/profile');
  await expect(page).toHaveURL('/profile');
  await open('/sign-in');
  await expect(page.getByRole('heading', { name: 'Sign in', level: 1 })).toBeVisible();
});
