import type { Page } from '@playwright/test';
import { clearSession, createKey, expect, failedResponse, people, test, unique, waitUntilInteractive } from '../fixtures.ts';

async function signIn(page: Page, javaScriptEnabled: boolean): Promise<void> {
  await page.goto('/sign-in');
  if (javaScriptEnabled) {
    await waitUntilInteractive(page);
  }
  await page.getByRole('textbox', { name: 'Email' }).fill(people.support.email);
  await page.getByLabel('Password', { exact: true }).fill(people.support.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/support');
  await expect(page.getByRole('heading', { name: 'Account lookup', level: 1 })).toBeVisible();
}

async function look(page: Page, what: string, reason: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Account, application or key' }).fill(what);
  await page.getByRole('textbox', { name: 'Reason' }).fill(reason);
  await page.getByRole('button', { name: 'Look up' }).click();
}

test('support finds a key by its mask after giving a reason, sees no secret, cannot change it, and is recorded', async ({
  page,
  open,
  signInAs,
  javaScriptEnabled,
}) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Failing'));
  await clearSession(page);
  await signIn(page, javaScriptEnabled);
  const mask = `${key.id.slice(0, 8)}••••••••${key.id.slice(-4)}`;
  await look(page, mask, 'Request 4711');
  const hit = page.getByRole('list', { name: 'Keys' }).getByRole('listitem').filter({ hasText: key.name });
  await expect(hit).toContainText(people.owner.account);
  await hit.getByRole('button', { name: `View ${key.name}` }).click();
  const facts = page.getByRole('region', { name: key.name });
  await expect(facts).toContainText('Active');
  await expect(facts).toContainText('invoice:read');
  await expect(page.getByRole('region', { name: 'History' })).toContainText('Request 4711');
  await expect(page.getByRole('region', { name: 'Usage' })).toBeVisible();
  const html = await page.content();
  expect(html).not.toContain(key.secret);
  await expect(page.getByRole('button', { name: /Deactivate|Revoke|Regenerate/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: /Revoke|Regenerate|Edit/ })).toHaveCount(0);

  await clearSession(page);
  await signInAs(people.owner);
  await open(`${paths.keys}/${key.id}?tab=history`);
  const history = page.getByRole('region', { name: 'History' });
  await expect(history).toContainText(people.support.email);
  await expect(history).toContainText('Request 4711');
});

test('support finds an account, its application and its keys, step by step', async ({ page, signInAs, javaScriptEnabled }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Listed'));
  await clearSession(page);
  await signIn(page, javaScriptEnabled);
  await look(page, people.owner.account, 'Request 4712');
  await page.getByRole('list', { name: 'Accounts' }).getByRole('button', { name: `View ${people.owner.account}` }).click();
  await page.getByRole('list', { name: 'Applications' }).getByRole('button', { name: `View ${people.owner.application}` }).click();
  await expect(page.getByRole('list', { name: 'Keys' })).toContainText(key.name);
});

test('a search requires a reason, and one without results shows a message', async ({ page, javaScriptEnabled, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  await signIn(page, javaScriptEnabled);
  await look(page, 'Acme', '');
  await expect(page.getByRole('textbox', { name: 'Reason' })).toHaveAccessibleDescription(/Enter a reason/);
  await expect(page.getByRole('textbox', { name: 'Account, application or key' })).toHaveValue('Acme');
  await look(page, 'no such thing', 'Request 4713');
  await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
});

const accountMenu = (page: Page) => page.getByRole('button', { name: `Account menu for ${people.support.email}` });

test('the account menu leads to the profile and the sessions, and signs out', async ({ page, javaScriptEnabled }) => {
  await signIn(page, javaScriptEnabled);
  for (const [name, path] of [
    ['Profile', '/profile'],
    ['Sessions', '/profile/sessions'],
  ] as const) {
    await accountMenu(page).click();
    await page.getByRole('link', { name, exact: true }).click();
    await expect(page).toHaveURL(path);
    await page.getByRole('link', { name: 'Back to Account lookup' }).click();
    await expect(page).toHaveURL('/support');
  }
  await accountMenu(page).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/sign-in');
  await page.goto('/support');
  await expect(page).toHaveURL('/sign-in?next=/support');
});

test('the page does not exist for other people', async ({ page, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(404));
  await signInAs(people.owner);
  const answer = await page.goto('/support');
  expect(answer?.status()).toBe(404);
  await expect(page.getByText('Not found')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Look up' })).toHaveCount(0);
});

test('the command menu and the list of shortcuts open on the pages of support', { tag: '@js' }, async ({ page, open }) => {
  await signIn(page, true);
  const menu = page.getByRole('dialog', { name: 'Command menu' });
  const shortcuts = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await page.keyboard.press('Control+k');
  await menu.getByRole('option', { name: 'Keyboard shortcuts' }).click();
  await expect(shortcuts).toBeVisible();
  await page.keyboard.press('Escape');
  await open('/profile');
  await page.keyboard.press('Control+k');
  await menu.getByRole('option', { name: 'Account lookup' }).click();
  await expect(page).toHaveURL('/support');
});
