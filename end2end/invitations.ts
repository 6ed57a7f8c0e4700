// Inviting people to an account.
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { type TestFixtures, expect, people, waitUntilInteractive } from './fixtures.ts';
import type { Person } from './server.ts';

/** The password that invited people choose. */
const password = 'violet compass under snow';

let count = 0;
/** Returns an e-mail address that is not in use. */
export const newEmail = (): string => `new${Date.now().toString(36)}${(count += 1)}@acme.example`;

/** Enters the password if re-authentication is required. */
export async function enterPassword(page: Page, person: Person): Promise<void> {
  const field = page.getByRole('dialog').or(page.getByRole('alertdialog')).getByLabel('Password', { exact: true });
  if (await field.isVisible()) {
    await field.fill(person.password);
  }
}

/** Invites a person through the dashboard, and returns the path of the link. */
export async function invite(page: Page, open: TestFixtures['open'], app: string, email: string, role: string, by: Person = people.owner): Promise<string> {
  await open(`${app}/settings/members`);
  await page.getByRole('link', { name: 'Invite a member' }).click();
  const dialog = page.getByRole('dialog', { name: 'Invite a member' });
  await dialog.getByRole('textbox', { name: 'Email' }).fill(email);
  await dialog.getByRole('combobox', { name: 'Role' }).selectOption(role);
  await enterPassword(page, by);
  await dialog.getByRole('button', { name: 'Create invitation link' }).click();
  const link = page.getByRole('dialog', { name: 'Share this link' }).getByRole('textbox', { name: /Invitation link/ });
  const path = new URL(await link.inputValue()).pathname;
  await page.getByRole('link', { name: 'Done' }).click();
  await expect(link).toBeHidden();
  return path;
}

/** Creates a browser context with its own cookies. */
export async function newContext(browser: Browser, url: string, javaScriptEnabled: boolean): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ baseURL: url, javaScriptEnabled });
  return { context, page: await context.newPage() };
}

/** Accepts an invitation with a password. */
export async function acceptInvitation(page: Page, path: string, javaScriptEnabled: boolean, secret = password): Promise<void> {
  await page.goto(path);
  if (javaScriptEnabled) {
    await waitUntilInteractive(page);
  }
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Accept invitation' }).click();
}
