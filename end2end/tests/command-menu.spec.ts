import { type Page } from '@playwright/test';
import { DIALOG, expectAccessible } from '../accessibility.ts';
import { createKey, expect, people, row, test, unique } from '../fixtures.ts';

const menu = (page: Page) => page.getByRole('dialog', { name: 'Command menu' });
const field = (page: Page) => menu(page).getByRole('combobox', { name: 'Search pages, keys and actions' });
const option = (page: Page, name: string | RegExp) =>
  menu(page).getByRole('option', typeof name === 'string' ? { name, exact: true } : { name });
const active = (page: Page) => menu(page).locator('[role="option"][aria-selected="true"]');

const openMenu = async (page: Page) => {
  await page.keyboard.press('Control+k');
  await expect(field(page)).toBeFocused();
};

test('the command menu lists pages and actions, and leads to a page by keyboard', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await open(paths.keys);
  await openMenu(page);
  for (const name of ['Overview', 'API Keys', 'Requests', 'Security', 'General', 'Members', 'Scopes', 'Audit log']) {
    await expect(option(page, name)).toBeVisible();
  }
  for (const name of ['Create API Key', 'Export keys as CSV', 'New application', 'Keyboard shortcuts', 'Sign out']) {
    await expect(option(page, name)).toBeVisible();
  }
  for (const name of ['Profile', 'Sessions', 'Two-factor authentication']) {
    await expect(option(page, name)).toBeVisible();
  }
  await expect(active(page)).toHaveText('Overview');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(active(page)).toHaveText('Requests');
  await expect(field(page)).toHaveAttribute('aria-activedescendant', (await active(page).getAttribute('id')) ?? 'none');
  await page.keyboard.press('End');
  await expect(active(page)).toHaveText((await menu(page).getByRole('option').last().textContent()) ?? 'none');
  await page.keyboard.press('ArrowDown');
  await expect(active(page)).toHaveText('Overview');
  await page.keyboard.press('ArrowUp');
  await expect(active(page)).not.toHaveText('Overview');
  await page.keyboard.press('Home');
  await expect(active(page)).toHaveText('Overview');

  await field(page).fill('LOG aud');
  await expect(option(page, 'Audit log')).toBeVisible();
  await expect(option(page, 'Overview')).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${paths.app}/settings/audit-log`);
  await expect(menu(page)).toBeHidden();
});

test('a button of the frame opens the command menu, on a phone too', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await open(paths.keys);
  const button = page.locator('.sidebar').getByRole('button', { name: 'Search', exact: true });
  await button.click();
  await expect(field(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu(page)).toBeHidden();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await button.click();
  await expect(field(page)).toBeFocused();
  await expect(option(page, 'Overview')).toBeVisible();
});

test('the command menu finds keys by name', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const marker = unique('Found').replace(' ', '');
  const one = await createKey(page, paths, `${marker} one`);
  const two = await createKey(page, paths, `${marker} two`);
  await open(paths.app);
  await openMenu(page);
  await field(page).pressSequentially(marker.toLowerCase(), { delay: 20 });
  const keys = menu(page).getByRole('group', { name: 'Keys', exact: true });
  await expect(keys.getByRole('option')).toHaveCount(2);
  await expect(keys.getByRole('option', { name: `${one.name} — ${one.id.slice(0, 8)}` })).toBeVisible();
  await field(page).fill(`${marker} two`);
  await expect(keys.getByRole('option')).toHaveCount(1);
  await expect(active(page)).toContainText(two.name);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${paths.keys}/${two.id}`);
  await expect(page.getByRole('heading', { name: two.name, level: 1 })).toBeVisible();

  // A name is text.
  const tricky = await createKey(page, paths, unique('<b>Bold</b> & 100%'));
  await open(paths.keys);
  await openMenu(page);
  await field(page).fill(tricky.name);
  await expect(keys.getByRole('option', { name: tricky.name })).toBeVisible();
  await keys.getByRole('option', { name: tricky.name }).click();
  await expect(page).toHaveURL(`${paths.keys}/${tricky.id}`);
});

test('the command menu says that nothing matches', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await open(paths.keys);
  await openMenu(page);
  await field(page).fill('nothing is called like this');
  await expect(menu(page).getByRole('status')).toHaveText('No results');
  await expect(field(page)).toHaveAttribute('aria-expanded', 'false');
  await expectAccessible(page, DIALOG);
  await page.keyboard.press('Enter');
  await expect(menu(page)).toBeVisible();
  await field(page).fill('');
  await expect(menu(page).getByRole('status')).toBeEmpty();
  await expect(option(page, 'Overview')).toBeVisible();
  await expectAccessible(page, DIALOG);
});

test('Escape closes the command menu and returns the focus', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Focused'));
  await open(paths.keys);
  const search = page.getByRole('searchbox', { name: 'Search keys' });
  // Also from within a text field.
  await search.focus();
  await openMenu(page);
  await page.keyboard.press('Escape');
  await expect(menu(page)).toBeHidden();
  await expect(search).toBeFocused();

  const link = row(page, key.name).getByRole('link', { name: key.name, exact: true });
  await link.focus();
  await openMenu(page);
  await field(page).fill('members');
  await page.keyboard.press('Control+k');
  await expect(menu(page)).toBeHidden();
  await expect(link).toBeFocused();

  // It opens as it was at first.
  await openMenu(page);
  await expect(field(page)).toHaveValue('');
  await expect(option(page, 'Overview')).toBeVisible();
  await menu(page).getByRole('button', { name: 'Close' }).click();
  await expect(menu(page)).toBeHidden();
});

test('the command menu opens the list of shortcuts, and opens above it', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await open(paths.app);
  await openMenu(page);
  await option(page, 'Keyboard shortcuts').click();
  const shortcuts = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(shortcuts).toContainText('Open command menu');
  await expect(menu(page)).toBeHidden();
  await openMenu(page);
  await expect(shortcuts).toBeHidden();
});

test('the command menu does not open above a form', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  const form = page.getByRole('dialog', { name: 'Create API Key' });
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Kept');
  await page.keyboard.press('Control+k');
  await expect(menu(page)).toBeHidden();
  await expect(form.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Kept');
});

test('the command menu offers a viewer no actions that the role does not allow', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.viewer);
  await open(paths.keys);
  await openMenu(page);
  await expect(option(page, 'Members')).toBeVisible();
  await expect(option(page, 'Export keys as CSV')).toBeVisible();
  await expect(option(page, 'Create API Key')).toHaveCount(0);
  await expect(option(page, 'Audit log')).toHaveCount(0);
  await expect(option(page, 'New application')).toHaveCount(0);
});

test('the command menu opens on the pages about oneself', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const text = menu(page).getByRole('combobox', { name: 'Search pages and actions' });
  await open('/profile');
  await page.keyboard.press('Control+k');
  await expect(text).toBeFocused();
  await expectAccessible(page, DIALOG);
  await expect(active(page)).toHaveText('Profile');
  await expect(option(page, 'Create API Key')).toHaveCount(0);
  await text.fill('nothing is called like this');
  await expect(menu(page).getByRole('status')).toHaveText('No results');
  await text.fill('two-factor');
  await expect(menu(page).getByRole('status')).toBeEmpty();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Two-factor authentication', level: 1 })).toBeVisible();
  await page.keyboard.press('Control+k');
  await option(page, 'Switch to Web shop').click();
  await expect(page).toHaveURL(paths.keys);
});

test('the command menu fits the window', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(paths.keys);
  for (const [width, x, wide] of [
    [1280, 360, 560],
    [360, 8, 344],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    await openMenu(page);
    const box = await menu(page).boundingBox();
    expect([box?.x, box?.width]).toEqual([x, wide]);
    expect(box?.y).toBeLessThan(800 / 3);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(800);
    await page.keyboard.press('Escape');
  }
});
