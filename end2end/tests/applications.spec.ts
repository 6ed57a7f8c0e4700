import type { Page } from '@playwright/test';
import { DIALOG, expectAccessible } from '../accessibility.ts';
import { createKey, expect, failedResponse, keyStatus, openKeyMenu, row, signIn, test, toast, unique, waitUntilInteractive, whoami } from '../fixtures.ts';
import { enterPassword } from '../invitations.ts';

const initech = { account: 'Initech', application: 'Printer' };
const boss = { ...initech, email: 'bill@initech.example', role: 'owner', password: 'stapler red basement paper' } as const;
const member = { ...initech, email: 'milton@initech.example', role: 'viewer', password: 'cover sheet report seven' } as const;
const heir = { ...initech, email: 'joanna@initech.example', role: 'developer', password: 'pieces of flair enough' } as const;

test.use({ initialPeople: [[boss, member, heir], { scope: 'worker' }] });

const switcher = (page: Page) => page.locator('.sidebar-head').getByRole('button', { name: /Switch application/ });
const menu = (page: Page) => page.locator('.sidebar-head .menu-panel');

/** Creates an application through the switcher, and returns the path of its list of keys. */
async function createApplication(page: Page, open: (path: string) => Promise<void>, from: string, name: string): Promise<string> {
  await open(from);
  await switcher(page).click();
  await menu(page).getByRole('link', { name: 'New application' }).click();
  await expect(page.getByRole('heading', { name: 'New application', level: 1 })).toBeVisible();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('Europe/Berlin');
  await page.getByRole('button', { name: 'Create application' }).click();
  await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
  await expect(toast(page, 'Application created')).toBeVisible();
  await expect(page).toHaveTitle(`API Keys · ${name} · Latchkey`);
  return new URL(page.url()).pathname;
}

test('an owner creates an application, archives it, restores it and deletes it', async ({
  page,
  open,
  signInAs,
  server,
  browserErrors,
  javaScriptEnabled,
}) => {
  test.slow();
  browserErrors.allow(failedResponse(404));
  browserErrors.allow(failedResponse(422));
  const first = await signInAs(boss);
  const name = unique('Scanner 株式会社');
  const keys = await createApplication(page, open, first.keys, name);
  await expect(page.getByRole('link', { name: 'Create your first key' }).or(page.getByRole('link', { name: /Create/ })).first()).toBeVisible();
  const app = keys.replace(/\/settings\/api-keys$/, '');
  const paths = { ...first, app, keys };
  const used = await createKey(page, paths, unique('Used'));
  const unused = await createKey(page, paths, unique('Unused'));
  await open(`${keys}/${unused.id}`);
  await openKeyMenu(page, unused.name);
  await page.getByRole('main').getByRole('button', { name: 'Deactivate' }).click();
  await expect(keyStatus(page)).toHaveText(/Inactive/);
  expect((await whoami(server.url, used)).status()).toBe(200);

  // The same name a second time is reported beside the field.
  await open(`${app}/new-application`);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create application' }).click();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveAccessibleDescription(/has this name/);

  await open(`${app}/settings/general`);
  await page.getByRole('link', { name: 'Archive application' }).click();
  const archive = page.getByRole('alertdialog', { name: `Archive ${name}?` });
  await expect(archive.getByRole('definition')).toHaveText('1');
  await archive.getByRole('textbox', { name: 'Type the application name' }).fill('Scanner');
  await enterPassword(page, boss);
  await archive.getByRole('button', { name: 'Archive application' }).click();
  await expect(archive.getByRole('textbox', { name: 'Type the application name' })).toHaveAccessibleDescription(/doesn't match/);
  await archive.getByRole('textbox', { name: 'Type the application name' }).fill(name);
  await enterPassword(page, boss);
  await archive.getByRole('button', { name: 'Archive application' }).click();
  await expect(page.getByText('This application is archived.')).toBeVisible();
  await expect(toast(page, 'Application archived')).toBeVisible();
  const refused = await whoami(server.url, used);
  expect((await refused.json()).code).toBe('key_inactive');
  await expectAccessible(page);

  // It can be read, and is out of the way in the switcher.
  await open(keys);
  await expect(row(page, used.name)).toBeVisible();
  await expect(page.getByRole('link', { name: 'Create API Key' })).toHaveCount(0);
  await open(first.keys);
  await switcher(page).click();
  await expect(menu(page).getByRole('link', { name })).toBeHidden();
  await menu(page).getByText('Archived').click();
  await menu(page).getByRole('link', { name }).click();
  await expect(page).toHaveURL(keys);
  if (javaScriptEnabled) {
    await waitUntilInteractive(page);
  }

  await page.getByRole('main').getByRole('link', { name: 'Restore application' }).click();
  const restore = page.getByRole('alertdialog', { name: `Restore ${name}?` });
  await expect(restore).toBeVisible();
  await expectAccessible(page, DIALOG);
  await enterPassword(page, boss);
  await restore.getByRole('button', { name: 'Restore application' }).click();
  await expect(toast(page, 'Application restored')).toBeVisible();
  expect((await whoami(server.url, used)).status()).toBe(200);
  expect((await (await whoami(server.url, unused)).json()).code).toBe('key_inactive');

  await page.getByRole('link', { name: 'Delete application' }).click();
  await expect(page.getByText('still has active keys')).toBeVisible();
  await open(`${keys}/${used.id}/revoke`);
  await page.getByRole('alertdialog').getByRole('textbox', { name: /name/ }).fill(used.name);
  await page.getByRole('alertdialog').getByRole('button', { name: /Revoke/ }).click();
  await expect(page).toHaveURL(keys);
  await open(`${app}/settings/general/delete`);
  const remove = page.getByRole('alertdialog', { name: `Delete ${name}?` });
  await expect(remove).toBeVisible();
  await expectAccessible(page, DIALOG);
  await remove.getByRole('textbox', { name: 'Type the application name' }).fill(name);
  await enterPassword(page, boss);
  await remove.getByRole('button', { name: 'Delete application' }).click();
  await expect(toast(page, 'Application deleted')).toBeVisible();
  await expect(page).toHaveURL(first.keys);
  expect((await (await whoami(server.url, unused)).json()).code).toBe('key_revoked');
  const gone = await page.goto(keys);
  expect(gone?.status()).toBe(404);
  // Its name is free.
  await createApplication(page, open, first.keys, name);
});

test('many applications can be searched in the switcher', async ({ page, open, signInAs, javaScriptEnabled }) => {
  test.slow();
  const { keys, app } = await signInAs(boss);
  const stem = unique('Zone');
  for (let n = 1; n <= 6; n += 1) {
    await open(`${app}/new-application`);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(`${stem} ${n}`);
    await page.getByRole('button', { name: 'Create application' }).click();
    await expect(toast(page, 'Application created')).toBeVisible();
  }
  await open(`${keys}?tab=all`);
  await switcher(page).click();
  const search = menu(page).getByRole('textbox', { name: 'Search applications' });
  await search.fill(`${stem} 4`);
  if (!javaScriptEnabled) {
    await menu(page).getByRole('button', { name: 'Search' }).click();
  }
  await expect(menu(page).getByRole('link', { name: `${stem} 3` })).toHaveCount(0);
  await expect(page).toHaveURL(/tab=all.*applications=|applications=.*tab=all/);
  await expectAccessible(page, '.sidebar-head .menu-panel');
  await menu(page).getByRole('link', { name: `${stem} 4` }).click();
  await expect(page).toHaveTitle(`API Keys · ${stem} 4 · Latchkey`);
});

test('an owner of one application is not an owner of the account', async ({ page, open, signInAs, browser, server, javaScriptEnabled }) => {
  test.slow();
  const { app, keys } = await signInAs(boss);
  await open(`${app}/settings/members`);
  await page.getByRole('link', { name: `Change role of ${member.email}` }).click();
  await page.getByRole('link', { name: 'Set a different role in Printer' }).click();
  const dialog = page.getByRole('dialog', { name: `Role of ${member.email} in Printer` });
  await dialog.getByRole('combobox', { name: 'Role' }).selectOption('owner');
  await enterPassword(page, boss);
  await dialog.getByRole('button', { name: 'Save role' }).click();
  const listed = page.getByRole('region', { name: 'Members' }).getByRole('listitem').filter({ hasText: member.email });
  await expect(listed).toContainText('Viewer (Owner in this application)');

  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled });
  const theirs = await context.newPage();
  await signIn(theirs, member);
  await theirs.goto(keys);
  await expect(theirs.getByRole('link', { name: 'Create API Key' })).toBeVisible();
  await expect(theirs.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
  await theirs.goto(`${app}/settings/general`);
  await expect(theirs.getByRole('link', { name: 'Archive application' })).toBeVisible();
  await expect(theirs.getByRole('link', { name: 'Rename account' })).toHaveCount(0);
  await theirs.goto(`${app}/settings/members`);
  await expect(theirs.getByRole('link', { name: 'Invite a member' })).toHaveCount(0);
  expect((await theirs.goto(`${app}/new-application`))?.status()).toBe(403);
  await context.close();
});

test('the account is renamed, and its ownership is transferred', async ({ page, open, signInAs }) => {
  test.slow();
  const { app } = await signInAs(boss);
  await open(`${app}/settings/general`);
  await page.getByRole('link', { name: 'Rename account' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rename account' });
  await dialog.getByRole('textbox', { name: 'Account name' }).fill('Initech & Söhne');
  await enterPassword(page, boss);
  await dialog.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByRole('region', { name: 'Account' }).getByText('Initech & Söhne')).toBeVisible();

  await open(`${app}/settings/members`);
  await page.getByRole('link', { name: `Change role of ${heir.email}` }).click();
  await page.getByRole('link', { name: 'Transfer ownership' }).click();
  const question = page.getByRole('alertdialog', { name: `Transfer ownership to ${heir.email}?` });
  await question.getByRole('textbox', { name: 'Type their email' }).fill(heir.email);
  await enterPassword(page, boss);
  await question.getByRole('button', { name: 'Transfer ownership' }).click();
  await expect(toast(page, 'Ownership transferred')).toBeVisible();
  const listed = (email: string) => page.getByRole('region', { name: 'Members' }).getByRole('listitem').filter({ hasText: email });
  await expect(listed(heir.email)).toContainText('Owner');
  await expect(listed(boss.email)).toContainText('Developer');
  await expect(page.getByRole('link', { name: 'Invite a member' })).toHaveCount(0);
});
