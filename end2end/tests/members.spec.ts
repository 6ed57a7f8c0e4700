import type { Page } from '@playwright/test';
import { expectAccessible } from '../accessibility.ts';
import { clearSession, expect, failedResponse, people, test } from '../fixtures.ts';
import { acceptInvitation, enterPassword, invite, newContext, newEmail } from '../invitations.ts';

const listed = (page: Page, email: string) =>
  page.getByRole('region', { name: 'Members' }).getByRole('listitem').filter({ hasText: email });

test('an invited person chooses a password and is signed in, and the link works once', async ({
  page,
  open,
  signInAs,
  browser,
  server,
  javaScriptEnabled,
}) => {
  test.slow();
  const { app } = await signInAs(people.owner);
  const email = newEmail();
  const path = await invite(page, open, app, email, 'developer');
  await expect(listed(page, email)).toContainText('invited by');

  const theirs = await newContext(browser, server.url, javaScriptEnabled);
  await acceptInvitation(theirs.page, path, javaScriptEnabled, 'too short');
  await expect(theirs.page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/15 to 256 characters/);
  await acceptInvitation(theirs.page, path, javaScriptEnabled);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await expect(theirs.page.getByRole('link', { name: 'Create API Key' })).toBeVisible();

  const answer = await theirs.page.goto(path);
  expect(answer?.status()).toBe(404);
  await expect(theirs.page.getByRole('heading', { name: "This invitation doesn't work" })).toBeVisible();
  await theirs.context.close();

  await open(`${app}/settings/members`);
  await expect(listed(page, email)).toContainText('Developer');
  await expect(listed(page, email)).not.toContainText('invited by');
});

test('the link of an invitation is taken out of the page when it is left', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const { app } = await signInAs(people.owner);
  await open(`${app}/settings/members/invite`);
  const dialog = page.getByRole('dialog', { name: 'Invite a member' });
  await dialog.getByRole('textbox', { name: 'Email' }).fill(newEmail());
  await enterPassword(page, people.owner);
  await dialog.getByRole('button', { name: 'Create invitation link' }).click();
  const link = page.getByRole('dialog', { name: 'Share this link' }).getByRole('textbox', { name: /Invitation link/ });
  await expect(link).toHaveValue(/\/invite\//);
  await page.evaluate(() => dispatchEvent(new Event('pagehide')));
  await expect(link).toHaveValue('');
});

test('an invited person who has a password joins with it', async ({ page, open, signInAs, browser, server, javaScriptEnabled }) => {
  test.slow();
  const email = newEmail();
  const first = await signInAs(people.owner);
  const ours = await invite(page, open, first.app, email, 'viewer');
  const theirs = await newContext(browser, server.url, javaScriptEnabled);
  await acceptInvitation(theirs.page, ours, javaScriptEnabled);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();

  await clearSession(page);
  const second = await signInAs(people.otherOwner);
  const path = await invite(page, open, second.app, email, 'viewer', people.otherOwner);
  await acceptInvitation(theirs.page, path, javaScriptEnabled, 'some other fine words');
  await expect(theirs.page.getByRole('alert').filter({ hasText: 'Incorrect password' })).toBeVisible();
  await acceptInvitation(theirs.page, path, javaScriptEnabled);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();

  // A member of two accounts can switch between them.
  const nav = theirs.page.locator('.sidebar-head');
  await nav.getByRole('button', { name: /Switch application/ }).click();
  await nav.getByRole('link', { name: /Web shop/ }).click();
  await expect(theirs.page).toHaveURL(first.keys);
  await nav.getByRole('button', { name: /Switch application/ }).click();
  await nav.getByRole('link', { name: /Billing/ }).click();
  await expect(theirs.page).toHaveURL(second.keys);
  await theirs.context.close();
});

test('a new role takes effect immediately, and a removed member has no access', async ({
  page,
  open,
  signInAs,
  browser,
  server,
  javaScriptEnabled,
}) => {
  test.slow();
  const { app, keys } = await signInAs(people.owner);
  const email = newEmail();
  const theirs = await newContext(browser, server.url, javaScriptEnabled);
  await acceptInvitation(theirs.page, await invite(page, open, app, email, 'viewer'), javaScriptEnabled);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await expect(theirs.page.getByRole('link', { name: 'Create API Key' })).toHaveCount(0);

  await open(`${app}/settings/members`);
  await page.getByRole('link', { name: `Change role of ${email}` }).click();
  const dialog = page.getByRole('dialog', { name: `Change role of ${email}` });
  await dialog.getByRole('combobox', { name: 'Role' }).selectOption('developer');
  await enterPassword(page, people.owner);
  await dialog.getByRole('button', { name: 'Save role' }).click();
  await expect(dialog).toBeHidden();
  await expect(listed(page, email)).toContainText('Developer');
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

test('an invitation can be withdrawn', async ({ page, open, signInAs, request }) => {
  const { app } = await signInAs(people.owner);
  const email = newEmail();
  const path = await invite(page, open, app, email, 'owner');
  expect((await request.get(path)).status()).toBe(200);
  await open(`${app}/settings/members`);
  await page.getByRole('button', { name: `Withdraw the invitation to ${email}` }).click();
  await expect(listed(page, email)).toHaveCount(0);
  expect((await request.get(path)).status()).toBe(404);
});

test('a member leaves the account, and the last owner cannot', async ({
  page,
  open,
  signInAs,
  browser,
  server,
  javaScriptEnabled,
  browserErrors,
}) => {
  test.slow();
  browserErrors.allow(failedResponse(409));
  const { app, keys } = await signInAs(people.owner);
  const email = newEmail();
  const theirs = await newContext(browser, server.url, javaScriptEnabled);
  await acceptInvitation(theirs.page, await invite(page, open, app, email, 'viewer'), javaScriptEnabled);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await theirs.page.goto(`${app}/settings/members`);
  const own = listed(theirs.page, email);
  await expect(own).toContainText('You');
  await own.getByRole('link', { name: 'Leave account' }).click();
  const question = theirs.page.getByRole('alertdialog', { name: 'Leave Acme Inc.?' });
  await expect(question).toContainText('You lose access');
  await question.getByRole('button', { name: 'Leave account' }).click();
  await expect(theirs.page).toHaveURL('/');
  await expect(theirs.page.getByText("You don't have access to any applications yet.")).toBeVisible();
  await expectAccessible(theirs.page);
  await theirs.page.getByRole('link', { name: 'Your profile and sessions' }).click();
  await expect(theirs.page.getByRole('heading', { name: 'Profile', level: 1 })).toBeVisible();
  const answer = await theirs.page.goto(keys);
  expect(answer?.status()).toBe(404);
  await theirs.context.close();
  await open(`${app}/settings/members`);
  await expect(listed(page, email)).toHaveCount(0);

  await clearSession(page);
  const other = await signInAs(people.otherOwner);
  await open(`${other.app}/settings/members`);
  await page.getByRole('link', { name: 'Leave account' }).click();
  await enterPassword(page, people.otherOwner);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Leave account' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'needs at least one owner' })).toBeVisible();
});

test('the last owner cannot be removed', async ({ page, open, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(409));
  const { app } = await signInAs(people.otherOwner);
  const { email } = people.otherOwner;
  await open(`${app}/settings/members`);
  await page.getByRole('link', { name: `Change role of ${email}` }).click();
  await page.getByRole('combobox', { name: 'Role' }).selectOption('viewer');
  await enterPassword(page, people.otherOwner);
  await page.getByRole('button', { name: 'Save role' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'needs at least one owner' })).toBeVisible();
  await open(`${app}/settings/members`);
  await expect(listed(page, email)).toContainText('Owner');
});

test('a person who is not an owner sees members but cannot change them', async ({ page, open, signInAs }) => {
  const { app } = await signInAs(people.developer);
  await open(`${app}/settings/members`);
  await expect(listed(page, people.owner.email)).toContainText('Owner');
  await expect(listed(page, people.developer.email)).toContainText('You');
  await expect(page.getByRole('link', { name: /Invite|Change role|Remove/ })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Save changes' })).toHaveCount(0);
  await open(`${app}/settings/members/invite`);
  await expect(page.getByRole('button', { name: 'Create invitation link' })).toHaveCount(0);
});

test('the page of an invitation sends no referrer to other sites', { tag: '@no-js' }, async ({ page, open, signInAs, request }) => {
  const { app } = await signInAs(people.owner);
  const path = await invite(page, open, app, newEmail(), 'viewer');
  const answer = await request.get(path);
  expect(answer.headers()['referrer-policy']).toBe('strict-origin');
  expect(answer.headers()['cache-control']).toBe('no-store');
});
