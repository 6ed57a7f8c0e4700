import type { Page } from '@playwright/test';
import { answered, expect, fromOurPage, people, test } from '../fixtures.ts';
import { startServer } from '../server.ts';

async function fill(page: Page, email: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Email' }).fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('a wrong password and an unknown e-mail are told apart by nobody, and the e-mail stays', async ({
  page,
  open,
  watch,
}) => {
  watch.expect(answered(422));
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

test('the right password leads to the list of keys', async ({ page, open }) => {
  await open('/sign-in');
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(/\/apps\/[^/]+\/settings\/api-keys$/);
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await expect(page.getByRole('link', { name: 'API Keys', exact: true })).toHaveAttribute('aria-current', 'page');
});

test('a page that needs a session leads to the sign-in, and from there back', async ({ page, open, as, context }) => {
  const { app } = await as(people.owner);
  await context.clearCookies();
  await open(`${app}/settings/general`);
  await expect(page).toHaveURL(/\/sign-in\?/);
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(`${app}/settings/general`);
  await expect(page.getByRole('heading', { name: 'General', level: 1 })).toBeVisible();
});

test('the way back keeps its query', async ({ page, open, as, context }) => {
  const { keys } = await as(people.owner);
  await context.clearCookies();
  await open(`${keys}?status=revoked`);
  await expect(page).toHaveURL(/\/sign-in\?/);
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(`${keys}?status=revoked`);
});

test('two wrong passwords do not lose the way back', async ({ page, open, as, context, watch }) => {
  watch.expect(answered(422));
  const { app } = await as(people.owner);
  await context.clearCookies();
  await open(`${app}/settings/general`);
  const email = page.getByRole('textbox', { name: 'Email' });
  for (const wrong of ['the first wrong one', 'the second wrong one']) {
    await fill(page, people.owner.email, wrong);
    await expect(page.getByRole('alert').filter({ hasText: 'do not match' })).toBeVisible();
    await expect(email).toHaveValue(people.owner.email);
    await expect(page.getByLabel('Password', { exact: true })).toBeVisible();
    await email.fill('');
  }
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(`${app}/settings/general`);
});

test('the way back never leads to another site', async ({ page, open }) => {
  await open('/sign-in?next=https://evil.example/');
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(/\/settings\/api-keys$/);
});

test('signing out ends the session, also for who kept its cookie', async ({ page, open, context }) => {
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

test('no script can read the session, and no other site can use it', async ({ page, open, context }) => {
  await open('/sign-in');
  await fill(page, people.owner.email, people.owner.password);
  await expect(page).toHaveURL(/\/settings\/api-keys$/);
  const cookies = await context.cookies();
  const session = cookies.find(({ name }) => /^latchkey(-\d+)?$/.test(name));
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/', domain: '127.0.0.1' });
  expect(cookies.find(({ name }) => /^latchkey-device(-\d+)?$/.test(name))).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  expect(cookies.every(({ value }) => !page.url().includes(value))).toBe(true);
});

test('behind https the cookies are bound to it and to the host', { tag: '@no-js' }, async ({ request, database }) => {
  const publicUrl = 'https://keys.example.com';
  const server = await startServer({ database, people: [people.owner], publicUrl });
  try {
    const { email, password } = people.owner;
    // As the proxy sends it: pages are served under the public name alone.
    const host = { host: 'keys.example.com' };
    const answer = await request.post(`${server.url}/api/sign_in`, {
      form: { email, password },
      headers: { ...fromOurPage(publicUrl), ...host },
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
