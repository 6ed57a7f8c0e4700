import type { Page } from '@playwright/test';
import { answered, expect, people, test } from '../fixtures.ts';
import { accept, another, enterPassword, invite, newcomer } from '../invitations.ts';

const listed = (page: Page, email: string) =>
  page.getByRole('region', { name: 'Members' }).getByRole('listitem').filter({ hasText: email });

test('an owner invites somebody, who chooses a password and is in; the link works once', async ({
  page,
  open,
  as,
  browser,
  server,
  javaScriptEnabled,
}) => {
  test.slow();
  const { app } = await as(people.owner);
  const email = newcomer();
  const path = await invite(page, open, app, email, 'developer');
  await expect(listed(page, email)).toContainText('invited by');

  const theirs = await another(browser, server.url, javaScriptEnabled);
  await accept(theirs.page, path, javaScriptEnabled, 'too short');
  await expect(theirs.page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/15 to 256 characters/);
  await accept(theirs.page, path, javaScriptEnabled);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await expect(theirs.page.getByRole('link', { name: 'Create API Key' })).toBeVisible();

  const answer = await theirs.page.goto(path);
  expect(answer?.status()).toBe(404);
  await expect(theirs.page.getByRole('heading', { name: 'This invitation does not work' })).toBeVisible();
  await theirs.context.close();

  await open(`${app}/settings/general`);
  await expect(listed(page, email)).toContainText('developer');
  await expect(listed(page, email)).not.toContainText('invited by');
});

test('who has a password already joins with it', async ({ page, open, as, browser, server, context, javaScriptEnabled }) => {
  test.slow();
  const email = newcomer();
  const first = await as(people.owner);
  const ours = await invite(page, open, first.app, email, 'viewer');
  const theirs = await another(browser, server.url, javaScriptEnabled);
  await accept(theirs.page, ours, javaScriptEnabled);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();

  await context.clearCookies();
  const second = await as(people.stranger);
  const path = await invite(page, open, second.app, email, 'viewer', people.stranger);
  await accept(theirs.page, path, javaScriptEnabled, 'some other fine words');
  await expect(theirs.page.getByRole('alert').filter({ hasText: 'not the password' })).toBeVisible();
  await accept(theirs.page, path, javaScriptEnabled);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();

  // Two accounts: one can go from one to the other.
  const nav = theirs.page.getByRole('navigation', { name: 'Main' });
  await nav.getByRole('button', { name: /Switch application/ }).click();
  await nav.getByRole('link', { name: /Web shop/ }).click();
  await expect(theirs.page).toHaveURL(first.keys);
  await nav.getByRole('button', { name: /Switch application/ }).click();
  await nav.getByRole('link', { name: /Billing/ }).click();
  await expect(theirs.page).toHaveURL(second.keys);
  await theirs.context.close();
});

test('another role holds at once, and who is removed finds nothing any more', async ({
  page,
  open,
  as,
  browser,
  server,
  javaScriptEnabled,
}) => {
  test.slow();
  const { app, keys } = await as(people.owner);
  const email = newcomer();
  const theirs = await another(browser, server.url, javaScriptEnabled);
  await accept(theirs.page, await invite(page, open, app, email, 'viewer'), javaScriptEnabled);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await expect(theirs.page.getByRole('link', { name: 'Create API Key' })).toHaveCount(0);

  await open(`${app}/settings/general`);
  await page.getByRole('link', { name: `Change role of ${email}` }).click();
  const dialog = page.getByRole('dialog', { name: `Change role of ${email}` });
  await dialog.getByRole('combobox', { name: 'Role' }).selectOption('developer');
  await enterPassword(page, people.owner);
  await dialog.getByRole('button', { name: 'Save role' }).click();
  await expect(dialog).toBeHidden();
  await expect(listed(page, email)).toContainText('developer');
  await theirs.page.goto(keys);
  await expect(theirs.page.getByRole('link', { name: 'Create API Key' })).toBeVisible();

  await page.getByRole('link', { name: `Remove ${email}` }).click();
  const question = page.getByRole('alertdialog', { name: `Remove ${email}?` });
  await enterPassword(page, people.owner);
  await question.getByRole('button', { name: 'Remove member' }).click();
  await expect(question).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Members' })).toBeVisible();
  await expect(listed(page, email)).toHaveCount(0);
  const answer = await theirs.page.goto(keys);
  expect(answer?.status()).toBe(404);
  await theirs.context.close();
});

test('an invitation can be withdrawn', async ({ page, open, as, request }) => {
  const { app } = await as(people.owner);
  const email = newcomer();
  const path = await invite(page, open, app, email, 'owner');
  expect((await request.get(path)).status()).toBe(200);
  await open(`${app}/settings/general`);
  await page.getByRole('button', { name: `Withdraw the invitation to ${email}` }).click();
  await expect(listed(page, email)).toHaveCount(0);
  expect((await request.get(path)).status()).toBe(404);
});

test('the last owner stays', async ({ page, open, as, watch }) => {
  watch.expect(answered(409));
  const { app } = await as(people.stranger);
  const { email } = people.stranger;
  await open(`${app}/settings/general`);
  await page.getByRole('link', { name: `Change role of ${email}` }).click();
  await page.getByRole('combobox', { name: 'Role' }).selectOption('viewer');
  await enterPassword(page, people.stranger);
  await page.getByRole('button', { name: 'Save role' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'needs an owner' })).toBeVisible();
  await open(`${app}/settings/general`);
  await expect(listed(page, email)).toContainText('owner');
});

test('who is no owner sees the members and cannot change them', async ({ page, open, as }) => {
  const { app } = await as(people.developer);
  await open(`${app}/settings/general`);
  await expect(listed(page, people.owner.email)).toContainText('owner');
  await expect(listed(page, people.developer.email)).toContainText('You');
  await expect(page.getByRole('link', { name: /Invite|Change role|Remove/ })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Save changes' })).toHaveCount(0);
  await open(`${app}/settings/general/invite`);
  await expect(page.getByRole('button', { name: 'Create invitation link' })).toHaveCount(0);
});

test('the page of an invitation is named to nobody', { tag: '@no-js' }, async ({ page, open, as, request }) => {
  const { app } = await as(people.owner);
  const path = await invite(page, open, app, newcomer(), 'viewer');
  const answer = await request.get(path);
  expect(answer.headers()['referrer-policy']).toBe('strict-origin');
  expect(answer.headers()['cache-control']).toBe('no-store');
});
