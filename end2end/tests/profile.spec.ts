// What signed-in people do about themselves, and the links that owners create for others.
import type { Page } from '@playwright/test';
import { expect, failedResponse, people, signIn, test, toast } from '../fixtures.ts';
import { acceptInvitation, enterPassword, invite, newContext, newEmail } from '../invitations.ts';
import type { Person } from '../server.ts';

const newPerson = (name: string): Person => ({
  ...people.developer,
  email: `${name}@acme.example`,
  password: 'walnut ladder grey comet',
});
// One person for each test that ends sessions or changes the sign-in.
const [pia, paul, petra, pete, polly, pam] = ['pia', 'paul', 'petra', 'pete', 'polly', 'pam'].map(newPerson) as [
  Person,
  Person,
  Person,
  Person,
  Person,
  Person,
];
const chosen = 'marble ferry under lamps';

test.use({ initialPeople: [[people.owner, people.otherOwner, people.support, pia, paul, petra, pete, polly, pam], { scope: 'worker' }] });

const sidebar = (page: Page) => page.locator('.sidebar');

/** Signs in elsewhere, and returns that browser's page and the path of the list of keys. */
async function elsewhere(browser: Parameters<typeof newContext>[0], url: string, javaScript: boolean | undefined, person: Person) {
  const other = await newContext(browser, url, javaScript ?? true);
  await signIn(other.page, person);
  return { ...other, inside: other.page.url() };
}

test('the account menu leads to the profile, which leads back', async ({ page, open }) => {
  await signIn(page, pia);
  const keys = page.url();
  await open(keys);
  await sidebar(page).getByRole('button', { name: `Account menu for ${pia.email}` }).click();
  await expect(sidebar(page).getByRole('link', { name: 'API reference (OpenAPI)' })).toHaveAttribute('href', '/openapi.json');
  await sidebar(page).getByRole('link', { name: 'Profile' }).click();
  await expect(page).toHaveURL('/profile');
  await expect(page.getByRole('heading', { name: 'Profile', level: 1 })).toBeVisible();
  await sidebar(page).getByRole('list', { name: 'Your account' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(page.getByRole('heading', { name: 'Sessions', level: 1 })).toBeVisible();
  await sidebar(page).getByRole('link', { name: 'Back to Web shop' }).click();
  await expect(page).toHaveURL(keys);
});

test('the account menu opens the list of shortcuts', { tag: '@js' }, async ({ page }) => {
  await signIn(page, pia);
  const opener = sidebar(page).getByRole('button', { name: `Account menu for ${pia.email}` });
  await opener.click();
  await sidebar(page).getByRole('button', { name: 'Keyboard shortcuts' }).click();
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('a name and a time zone are shown, and invalid ones are refused', async ({ page, open, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  await signIn(page, pia);
  const members = page.url().replace('api-keys', 'members');
  await open('/profile');
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('Pia\u202e');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(name).toHaveAccessibleDescription(/invisible character/);
  await name.fill('Pía 李');
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('Asia/Kolkata');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(toast(page, 'Changes saved')).toBeVisible();
  await expect(sidebar(page).getByRole('button', { name: 'Account menu' })).toContainText('Pía 李');
  await open('/profile/sessions');
  await expect(page.getByRole('main').locator('time').first()).toHaveAttribute('title', /Asia\/Kolkata/);
  await open(members);
  const row = page.getByRole('region', { name: 'Members' }).getByRole('listitem').filter({ hasText: pia.email });
  await expect(row).toContainText('Pía 李');
});

test('what is not saved yet stays while another form of the page is sent', { tag: '@js' }, async ({ page, open, signInAs }) => {
  await signInAs(people.owner);
  await open('/profile');
  const zone = page.getByRole('combobox', { name: 'Time zone' });
  await zone.selectOption('Asia/Kolkata');
  const box = page.getByRole('checkbox', { name: 'Single-key shortcuts' });
  await box.uncheck();
  await page.getByRole('main').getByRole('button', { name: 'Dark', exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(zone).toHaveValue('Asia/Kolkata');
  await expect(box).not.toBeChecked();
});

test('single-key shortcuts can be turned off', { tag: '@js' }, async ({ page, open }) => {
  await signIn(page, pam);
  // A list without any key has no search.
  const keys = `${page.url()}?search=nothing`;
  await open('/profile');
  const box = page.getByRole('checkbox', { name: 'Single-key shortcuts' });
  await expect(box).toBeChecked();
  await box.uncheck();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(toast(page, 'Changes saved')).toBeVisible();
  await expect(box).not.toBeChecked();
  await open(keys);
  for (const key of ['/', 'c', 'j', 'k', '?']) {
    await page.keyboard.press(key);
  }
  await expect(page.getByRole('searchbox')).not.toBeFocused();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).toHaveURL(keys);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Command menu' })).toBeVisible();
  await page.keyboard.press('Escape');
  await open('/profile');
  await box.check();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(toast(page, 'Changes saved')).toBeVisible();
  await open(keys);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
});

test('a new password signs out the other browsers', async ({ page, open, browser, server, browserErrors, javaScriptEnabled }) => {
  browserErrors.allow(failedResponse(422));
  browserErrors.allow(failedResponse(403));
  const other = await elsewhere(browser, server.url, javaScriptEnabled, paul);
  await signIn(page, paul);
  await open('/profile');
  await page.getByRole('link', { name: 'Change password' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change password' });
  const [current, next] = [dialog.getByLabel('Current password'), dialog.getByLabel('New password')];
  await next.fill(chosen);
  await dialog.getByRole('button', { name: 'Change password' }).click();
  await expect(current).toHaveAccessibleDescription(/Enter your password/);
  await current.fill('not my password');
  await next.fill(chosen);
  await dialog.getByRole('button', { name: 'Change password' }).click();
  await expect(current).toHaveAccessibleDescription(/Incorrect password/);
  await current.fill(paul.password);
  await next.fill('too short');
  await dialog.getByRole('button', { name: 'Change password' }).click();
  await expect(next).toHaveAccessibleDescription(/15 to 256 characters/);
  await current.fill(paul.password);
  await next.fill(chosen);
  await dialog.getByRole('button', { name: 'Change password' }).click();
  await expect(page).toHaveURL('/profile');
  await expect(toast(page, 'Password changed.')).toBeVisible();
  await other.page.goto(other.inside);
  await expect(other.page).toHaveURL(/\/sign-in\?/);
  await other.context.close();
  await open('/profile');
  await expect(page.getByRole('heading', { name: 'Profile', level: 1 })).toBeVisible();
  await signIn(page, { ...paul, password: chosen });
});

test('a new e-mail address is the one to sign in with', async ({ page, open, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  await signIn(page, petra);
  await open('/profile/email');
  const dialog = page.getByRole('dialog', { name: 'Change email' });
  const [email, password] = [dialog.getByRole('textbox', { name: 'New email' }), dialog.getByLabel('Current password')];
  await email.fill(people.owner.email);
  await password.fill(petra.password);
  await dialog.getByRole('button', { name: 'Change email' }).click();
  await expect(email).toHaveAccessibleDescription(/can't use this email address/);
  const changed = newEmail();
  await email.fill(changed);
  await password.fill(petra.password);
  await dialog.getByRole('button', { name: 'Change email' }).click();
  await expect(page).toHaveURL('/profile');
  await expect(page.getByRole('region', { name: 'Sign-in' })).toContainText(changed);
  await signIn(page, { ...petra, email: changed });
});

test('sessions are listed and ended', async ({ page, open, browser, server, javaScriptEnabled }) => {
  test.slow();
  const one = await elsewhere(browser, server.url, javaScriptEnabled, pete);
  await signIn(page, pete);
  await open('/profile/sessions');
  const rows = page.getByRole('main').getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('This browser');
  await expect(rows.first()).toContainText(/Chrome on \w+/);
  await rows.nth(1).getByRole('button', { name: /^Sign out Chrome on/ }).click();
  await expect(rows).toHaveCount(1);
  await one.page.goto(one.inside);
  await expect(one.page).toHaveURL(/\/sign-in\?/);

  await signIn(one.page, pete);
  await open('/profile/sessions');
  await page.getByRole('button', { name: 'Sign out all other sessions' }).click();
  await expect(rows).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Sign out all other sessions' })).toHaveCount(0);
  await one.page.goto(one.inside);
  await expect(one.page).toHaveURL(/\/sign-in\?/);

  await signIn(one.page, pete);
  await open('/profile');
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page).toHaveURL('/sign-in');
  await one.page.goto(one.inside);
  await expect(one.page).toHaveURL(/\/sign-in\?/);
  await one.context.close();
});

test('an owner creates a reset link for a member', async ({ page, open, browser, server, javaScriptEnabled }) => {
  test.slow();
  await signIn(page, people.owner);
  await open(page.url().replace('api-keys', 'members'));
  await page.getByRole('link', { name: `Create a password reset link for ${polly.email}` }).click();
  const dialog = page.getByRole('dialog', { name: `Reset the password of ${polly.email}` });
  await expect(dialog).toContainText('belong to no other account');
  await enterPassword(page, people.owner);
  await dialog.getByRole('button', { name: 'Create reset link' }).click();
  const field = page.getByRole('dialog', { name: 'Share this link' }).getByRole('textbox', { name: /Password reset link/ });
  const path = new URL(await field.inputValue()).pathname;
  await page.getByRole('link', { name: 'Done' }).click();
  await expect(field).toBeHidden();

  const theirs = await newContext(browser, server.url, javaScriptEnabled ?? true);
  await theirs.page.goto(path);
  await theirs.page.getByLabel('New password', { exact: true }).fill(chosen);
  await theirs.page.getByRole('button', { name: 'Save password' }).click();
  await expect(theirs.page).toHaveURL(/\/sign-in\?after=reset$/);
  await signIn(theirs.page, { ...polly, password: chosen });
  await theirs.context.close();
});

test('an invitation gets a new link, and a removed person joins with a new password', async ({
  page,
  open,
  browser,
  server,
  request,
  javaScriptEnabled,
}) => {
  test.slow();
  const javaScript = javaScriptEnabled ?? true;
  await signIn(page, people.otherOwner);
  const app = new URL(page.url()).pathname.replace('/settings/api-keys', '');
  const email = newEmail();
  const old = await invite(page, open, app, email, 'viewer', people.otherOwner);
  await page.getByRole('link', { name: `Create a new link for ${email}` }).click();
  await enterPassword(page, people.otherOwner);
  await page.getByRole('button', { name: 'Create new link' }).click();
  const field = page.getByRole('dialog', { name: 'Share this link' }).getByRole('textbox', { name: /Invitation link/ });
  const path = new URL(await field.inputValue()).pathname;
  expect((await request.get(old)).status()).toBe(404);
  await page.getByRole('link', { name: 'Done' }).click();

  const theirs = await newContext(browser, server.url, javaScript);
  await acceptInvitation(theirs.page, path, javaScript);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();

  await open(`${app}/settings/members`);
  await page.getByRole('link', { name: `Remove ${email}` }).click();
  await enterPassword(page, people.otherOwner);
  await page.getByRole('button', { name: 'Remove member' }).click();
  await expect(page.getByRole('link', { name: `Remove ${email}` })).toHaveCount(0);
  const again = await invite(page, open, app, email, 'viewer', people.otherOwner);
  await acceptInvitation(theirs.page, again, javaScript, chosen);
  await expect(theirs.page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await theirs.context.close();
});

test('support has a profile', async ({ page, open }) => {
  await page.goto('/sign-in');
  await page.getByRole('textbox', { name: 'Email' }).fill(people.support.email);
  await page.getByLabel('Password', { exact: true }).fill(people.support.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/support');
  await open('/profile');
  await expect(page.getByRole('region', { name: 'Sign-in' })).toContainText(people.support.email);
  await sidebar(page).getByRole('link', { name: 'Back to Account lookup' }).click();
  await expect(page).toHaveURL('/support');
});

test('controls and words are in line on the profile, the members and the settings', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const { app } = await signInAs(people.owner);
  await page.setViewportSize({ width: 768, height: 900 });
  const lower = async (role: 'textbox' | 'combobox', name: string) => {
    const box = await page.getByRole(role, { name, exact: true }).boundingBox();
    return (box?.y ?? 0) + (box?.height ?? 0);
  };
  for (const path of ['/profile', `${app}/settings/general`]) {
    await open(path);
    expect(Math.abs((await lower('textbox', 'Name')) - (await lower('combobox', 'Time zone'))), path).toBeLessThan(1);
  }

  await page.setViewportSize({ width: 360, height: 800 });
  const id = await page.getByRole('textbox', { name: 'Application ID' }).boundingBox();
  expect(id?.width).toBeGreaterThan(200);
  await open(`${app}/settings/members`);
  const row = page.getByRole('region', { name: 'Members' }).getByRole('listitem').filter({ hasText: pia.email });
  const words = await row.locator('.rows-words').boundingBox();
  const button = await row.getByRole('link', { name: `Change role of ${pia.email}` }).boundingBox();
  expect(button?.y).toBeGreaterThan(words?.y ?? 0);
  expect(Math.abs((button?.x ?? 0) - (words?.x ?? 0))).toBeLessThan(1);

  await open('/profile/sessions');
  // Words that are one item of the row have one space between them.
  await expect(page.locator('.sidebar a', { hasText: 'Back to' }).locator('> span')).toHaveText('Back to Web shop');
});
