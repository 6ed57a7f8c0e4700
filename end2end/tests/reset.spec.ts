// Resetting a password with the link from `latchkey user reset-password`.
import type { Page } from '@playwright/test';
import { expect, failedResponse, people, signIn, test } from '../fixtures.ts';
import type { Person, Server } from '../server.ts';
import { newContext } from '../invitations.ts';

const newPerson = (name: string): Person => ({
  ...people.developer,
  email: `${name}@acme.example`,
  password: 'walnut ladder grey comet',
});
// One person for each test, because a reset ends all sessions of the person.
const [fred, flora, felix] = [newPerson('fred'), newPerson('flora'), newPerson('felix')] as const;
const chosen = 'marble ferry under lamps';

test.use({ initialPeople: [[people.owner, fred, flora, felix], { scope: 'worker' }] });

/** Returns the path of a new link. */
async function link(server: Server, person: Person): Promise<string> {
  const printed = (await server.command('user', 'reset-password', '--email', person.email)).trim();
  expect(printed.startsWith(`${server.url}/reset/`)).toBe(true);
  return new URL(printed).pathname;
}

const field = (page: Page) => page.getByLabel('New password', { exact: true });
const save = (page: Page) => page.getByRole('button', { name: 'Save password' });

async function expectUnusable(page: Page, path: string): Promise<void> {
  const answer = await page.goto(path);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: "This link doesn't work" })).toBeVisible();
  await expect(page.getByText('Ask your administrator for a new one')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', '/sign-in');
  await expect(field(page)).toHaveCount(0);
}

test('a link resets the password once, and ends all sessions', async ({
  page,
  open,
  browser,
  server,
  browserErrors,
  javaScriptEnabled,
}) => {
  browserErrors.allow(failedResponse(422));
  browserErrors.allow(failedResponse(404));
  const elsewhere = await newContext(browser, server.url, javaScriptEnabled ?? true);
  await signIn(elsewhere.page, fred);
  const inside = elsewhere.page.url();

  const path = await link(server, fred);
  await open(path);
  await expect(page.getByRole('heading', { name: 'Choose a new password', level: 1 })).toBeVisible();
  await expect(page.getByLabel('Email')).toHaveValue(fred.email);
  await field(page).fill('too short');
  await save(page).click();
  await expect(field(page)).toHaveAccessibleDescription(/15/);
  await field(page).fill(chosen);
  await save(page).click();
  await expect(page).toHaveURL(/\/sign-in\?after=reset$/);
  await expect(page.getByRole('status').filter({ hasText: 'Password changed' })).toBeVisible();

  await elsewhere.page.goto(inside);
  await expect(elsewhere.page).toHaveURL(/\/sign-in\?/);
  await elsewhere.context.close();

  await page.getByRole('textbox', { name: 'Email' }).fill(fred.email);
  await page.getByLabel('Password', { exact: true }).fill(fred.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Incorrect email or password' })).toBeVisible();
  await signIn(page, { ...fred, password: chosen });
  await expectUnusable(page, path);
});

test('a replaced, expired or unknown link shows what to do', async ({ page, server, database, browserErrors }) => {
  browserErrors.allow(failedResponse(404));
  const replaced = await link(server, flora);
  const newest = await link(server, flora);
  await expectUnusable(page, replaced);
  await expectUnusable(page, '/reset/garbage');
  await expectUnusable(page, '/reset/%00%F0%9F%94%91');
  await page.goto(newest);
  await expect(field(page)).toBeVisible();
  if (database === 'postgres') {
    await server.query('UPDATE password_reset SET expires_at = expires_at - 1860000');
    await expectUnusable(page, newest);
  }
});

test('a link that expires while its page is open shows what to do', async ({ page, open, server, browserErrors }) => {
  browserErrors.allow(failedResponse(404));
  const path = await link(server, felix);
  await open(path);
  await link(server, felix);
  await field(page).fill(chosen);
  await save(page).click();
  await expect(page.getByRole('heading', { name: "This link doesn't work" })).toBeVisible();
});

test('without a mail server, the sign-in page leads to what to do about a forgotten password', async ({ page, open }) => {
  await open('/sign-in');
  await page.getByRole('link', { name: 'Forgot password?' }).click();
  await expect(page.getByRole('heading', { name: 'Forgot password?', level: 1 })).toBeVisible();
  const main = page.getByRole('main');
  await expect(main.getByText('Ask an owner of your account')).toBeVisible();
  await expect(main.getByText('latchkey user reset-password --email you@example.com')).toBeVisible();
  await expect(main.getByRole('textbox')).toHaveCount(0);
  await main.getByRole('link', { name: 'Back to sign-in' }).click();
  await expect(page).toHaveURL('/sign-in');
});
