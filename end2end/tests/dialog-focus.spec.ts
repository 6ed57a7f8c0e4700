import { type Locator, type Page } from '@playwright/test';
import { createKey, expect, people, row, test, unique, waitUntilInteractive } from '../fixtures.ts';

test.describe('when a dialog is closed, the focus returns', { tag: '@js' }, () => {
  /** Opens a dialog by the keyboard. */
  const follow = async (page: Page, link: Locator) => {
    await link.focus();
    await page.keyboard.press('Enter');
    await expect(page.locator('dialog:modal')).toBeVisible();
    await waitUntilInteractive(page);
  };

  test('to the link that opened it', async ({ page, open, signInAs }) => {
    const { app } = await signInAs(people.owner);
    await open(`${app}/settings/members`);
    const opener = page.getByRole('link', { name: 'Change who needs it' });
    await follow(page, opener);
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(`${app}/settings/members`);
    await expect(opener).toBeFocused();
  });

  test('to the menu of the row in which it was opened', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Row'));
    await open(paths.keys);
    const menu = row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` });
    await menu.focus();
    await page.keyboard.press('Enter');
    await follow(page, row(page, key.name).getByRole('link', { name: 'Revoke' }));
    await page.getByRole('alertdialog').getByText('Cancel', { exact: true }).press('Enter');
    await expect(page).toHaveURL(paths.keys);
    await expect(menu).toBeFocused();
  });

  test('to the link that opened it, after a form was accepted', async ({ page, open, signInAs }) => {
    const { app } = await signInAs(people.owner);
    await open(`${app}/settings/members`);
    const opener = page.getByRole('link', { name: 'Change who needs it' });
    await follow(page, opener);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).press('Enter');
    await expect(page).toHaveURL(`${app}/settings/members`);
    await expect(opener).toBeFocused();
  });

  test('to the heading, if what opened it has left the page', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const key = await createKey(page, paths, unique('Left'));
    await open(`${paths.keys}/${key.id}`);
    await page.getByRole('button', { name: `Actions for ${key.name}` }).press('Enter');
    await follow(page, page.getByRole('main').getByRole('link', { name: 'Revoke' }));
    await page.getByRole('textbox', { name: 'Type the key name to confirm' }).fill(key.name);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alertdialog')).toHaveCount(0);
    await expect(page.locator('main h1')).toBeFocused();
  });

  test('but not to the next page that is opened', async ({ page, open, signInAs }) => {
    const { app, keys } = await signInAs(people.owner);
    await open(`${app}/settings/members`);
    await follow(page, page.getByRole('link', { name: 'Change who needs it' }));
    await page.keyboard.press('Escape');
    await expect(page.getByRole('link', { name: 'Change who needs it' })).toBeFocused();
    await open(keys);
    await expect(page.locator('body')).toBeFocused();
  });
});
