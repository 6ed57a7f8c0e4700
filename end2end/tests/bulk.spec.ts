import { type Page } from '@playwright/test';
import {
  createKey,
  delayProgram,
  expect,
  failedResponse,
  people,
  row,
  sameOriginHeaders,
  test,
  unique,
  waitUntilInteractive,
  whoami,
} from '../fixtures.ts';
import type { Person } from '../server.ts';

// A separate application, because all of its keys are revoked.
const initech = { account: 'Initech', application: 'Printers' };
const owner: Person = { ...initech, email: 'peter@initech.example', role: 'owner', password: 'stapler orbit maple nine' };
const developer: Person = { ...initech, email: 'milton@initech.example', role: 'developer', password: 'basement lantern red fox' };

test.use({ initialPeople: [[...Object.values(people), owner, developer], { scope: 'worker' }] });

/** What is said about several nodes. */
const onNodes = String.raw`(\s+Rejected on 3 of 3 nodes after \d+(\.\d)? m?s\.)?`;
const box = (page: Page, name: string) => row(page, name).getByRole('checkbox', { name: `Select ${name}` });
const bar = (page: Page) => page.getByRole('form', { name: 'Selected keys' });

test('several keys are deactivated at once, and a revoked key is skipped and reported', async ({ page, open, signInAs, server, javaScriptEnabled }) => {
  const paths = await signInAs(people.owner);
  const [one, two, gone] = [
    await createKey(page, paths, unique('One')),
    await createKey(page, paths, unique('Two')),
    await createKey(page, paths, unique('Gone')),
  ];
  await page.request.post('/api/revoke_key', {
    form: { app: paths.app.replace('/apps/', ''), key: gone.id, confirm: gone.name, reason: '' },
    headers: sameOriginHeaders(server.url),
  });
  await open(`${paths.keys}?tab=all`);
  await expect(bar(page).getByRole('button', { name: 'Deactivate' })).toBeHidden();
  const before = await page.getByRole('table', { name: 'API keys' }).boundingBox();
  for (const key of [one, two, gone]) {
    await box(page, key.name).check();
  }
  await expect(bar(page).getByRole('button', { name: 'Deactivate' })).toBeVisible();
  expect((await page.getByRole('table', { name: 'API keys' }).boundingBox())?.y, 'nothing moves').toBe(before?.y);
  if (javaScriptEnabled) {
    await expect(bar(page).getByRole('status')).toHaveText('3 selected');
  }
  await bar(page).getByRole('button', { name: 'Deactivate' }).click();
  await expect(page.getByText(new RegExp(`2 keys deactivated\\.${onNodes}\\s+Skipped ${gone.name}: `))).toBeVisible();
  for (const key of [one, two]) {
    await expect(row(page, key.name)).toContainText('Inactive');
    expect((await whoami(server.url, key)).status()).toBe(401);
  }
});

test('checkboxes that were ticked before the program started are selected', { tag: '@js' }, async ({ page, signInAs }) => {
  const paths = await signInAs(people.owner);
  const [one, two] = [await createKey(page, paths, unique('Early')), await createKey(page, paths, unique('Late'))];
  await createKey(page, paths, unique('Other'));
  const deliver = await delayProgram(page);
  await page.goto(paths.keys);
  await box(page, one.name).check();
  deliver();
  await expect(bar(page).getByRole('status')).toHaveText('1 selected');
  await box(page, two.name).check();
  await expect(bar(page).getByRole('status')).toHaveText('2 selected');
  const all = page.getByRole('checkbox', { name: 'Select all keys on this page' });
  expect(await all.evaluate((box) => (box as HTMLInputElement).indeterminate)).toBe(true);
  await all.check();
  const boxes = await page.locator('tbody .select input').count();
  await expect(bar(page).getByRole('status')).toHaveText(`${boxes} selected`);
  await bar(page).getByRole('button', { name: 'Clear' }).click();
  await expect(box(page, one.name)).not.toBeChecked();
  await expect(all).not.toBeChecked();
});

test('several keys are revoked after a dialog that lists them', async ({ page, open, signInAs, server, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  const paths = await signInAs(people.owner);
  const keys = [await createKey(page, paths, unique('First')), await createKey(page, paths, unique('Second'))] as const;
  const kept = await createKey(page, paths, unique('Kept'));
  await open(paths.keys);
  for (const key of keys) {
    await box(page, key.name).check();
  }
  await bar(page).getByRole('button', { name: 'Revoke' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Revoke 2 keys?' });
  for (const key of keys) {
    await expect(dialog.getByRole('listitem').filter({ hasText: key.name })).toContainText('No requests');
  }
  await dialog.getByRole('textbox', { name: 'Type revoke to confirm' }).fill('yes');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('The laptop is gone');
  await dialog.getByRole('button', { name: 'Revoke keys' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Type “revoke” to confirm.');
  await expect(dialog.getByRole('textbox', { name: 'Reason' })).toHaveValue('The laptop is gone');
  await dialog.getByRole('textbox', { name: 'Type revoke to confirm' }).fill('revoke');
  await dialog.getByRole('button', { name: 'Revoke keys' }).click();
  await expect(page.getByText('2 keys revoked.')).toBeVisible();
  await page.getByRole('link', { name: 'Done' }).click();
  await expect(row(page, kept.name)).toBeVisible();
  await open(`${paths.keys}?tab=ended`);
  for (const key of keys) {
    await expect(row(page, key.name)).toContainText('Revoked');
    expect((await whoami(server.url, key)).status()).toBe(401);
  }
  expect((await whoami(server.url, kept)).status()).toBe(200);
  await open(`${paths.keys}/${keys[0].id}`);
  await expect(page.getByText('The laptop is gone').first()).toBeVisible();
});

test('a checkbox of one page never selects a row of another page', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const one = await createKey(page, paths, unique('Ticked'));
  const two = await createKey(page, paths, unique('Not ticked'));
  await open(paths.keys);
  await box(page, one.name).check();
  await expect(page.getByRole('searchbox', { name: 'Search keys' })).toBeHidden();
  await page.getByRole('navigation', { name: 'Key groups' }).getByRole('link', { name: 'All' }).click();
  await expect(page).toHaveURL(/tab=all/);
  await page.getByRole('searchbox', { name: 'Search keys' }).fill(two.name);
  await expect(row(page, one.name)).toHaveCount(0);
  await expect(box(page, two.name)).not.toBeChecked();
  await expect(bar(page).getByRole('button', { name: 'Deactivate' })).toBeHidden();
  await page.getByRole('checkbox', { name: 'Select all keys on this page' }).check();
  await expect(box(page, two.name)).toBeChecked();
  await bar(page).getByRole('button', { name: 'Clear selection' }).click();
  await expect(box(page, two.name)).not.toBeChecked();
});

test('cancelling the question keeps the selection', async ({ page, open, signInAs, javaScriptEnabled }) => {
  const paths = await signInAs(people.owner);
  const marker = unique('Kept').replace(' ', '');
  const [one, two] = [await createKey(page, paths, `${marker} one`), await createKey(page, paths, `${marker} two`)];
  await open(`${paths.keys}?search=${marker}`);
  await box(page, one.name).check();
  await bar(page).getByRole('button', { name: 'Revoke' }).click();
  const question = page.getByRole('alertdialog');
  await expect(question).toBeVisible();
  await question.getByRole('link', { name: 'Cancel' }).click();
  const list = `${paths.keys}?search=${marker}`;
  await expect(page).toHaveURL(javaScriptEnabled ? list : `${list}&keys=${one.id}`);
  await expect(box(page, one.name)).toBeChecked();
  await expect(box(page, two.name)).not.toBeChecked();
  await expect(bar(page).getByText(javaScriptEnabled ? '1 selected' : 'Selected keys', { exact: true })).toBeVisible();
  if (!javaScriptEnabled) {
    await bar(page).getByRole('button', { name: 'Deactivate' }).click();
    await expect(page.getByText('1 key deactivated.')).toBeVisible();
    await expect(box(page, one.name)).not.toBeChecked();
  }
});

test('a key is not selected when the dialog that duplicates it is closed', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Source'));
  await open(paths.keys);
  await row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` }).press('Enter');
  await row(page, key.name).getByRole('link', { name: 'Duplicate' }).press('Enter');
  await expect(page).toHaveURL(`${paths.keys}/new?from=${key.id}`);
  await waitUntilInteractive(page);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(paths.keys);
  await waitUntilInteractive(page);
  await expect(box(page, key.name)).not.toBeChecked();
});

test('a viewer has no checkboxes, and only an owner can revoke all keys', async ({ page, open, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(403));
  const paths = await signInAs(people.owner);
  await createKey(page, paths, unique('Seen'));
  await signInAs(people.viewer);
  await open(paths.keys);
  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await expect(page.getByText('You have view-only access.')).toBeVisible();
  await signInAs(people.developer);
  await open(`${paths.app}/settings/general`);
  await expect(page.getByRole('link', { name: 'Revoke all keys' })).toHaveCount(0);
  await open(`${paths.keys}/revoke-all`);
  await expect(page.getByText('Not allowed')).toBeVisible();
});

test('an owner revokes all keys of the application', async ({ page, open, signInAs, server, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  const paths = await signInAs(owner);
  const keys = [await createKey(page, paths, unique('Alpha')), await createKey(page, paths, unique('Beta'))] as const;
  await open(`${paths.app}/settings/general`);
  await page.getByRole('link', { name: 'Revoke all keys' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Revoke all keys of Printers?' });
  await expect(dialog.getByText('Keys to revoke')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Type the application name to confirm' }).fill('Printer');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Leaked');
  await dialog.getByRole('button', { name: 'Revoke all keys' }).click();
  await expect(dialog.getByRole('alert')).toContainText("That doesn't match the application name.");
  expect((await whoami(server.url, keys[0])).status()).toBe(200);
  await expect(dialog.getByRole('textbox', { name: 'Reason' })).toHaveValue('Leaked');
  await dialog.getByRole('textbox', { name: 'Type the application name to confirm' }).fill('Printers');
  await dialog.getByRole('button', { name: 'Revoke all keys' }).click();
  await expect(page.getByText(new RegExp(`^\\d+ keys revoked\\.${onNodes}$`))).toBeVisible();
  for (const key of keys) {
    expect((await whoami(server.url, key)).status()).toBe(401);
  }
  await page.getByRole('link', { name: 'Done' }).click();
  await expect(dialog).toBeHidden();
  await open(paths.keys);
  await expect(page.getByText('No active keys')).toBeVisible();
  await page.getByRole('navigation', { name: 'Key groups' }).getByRole('link', { name: 'Ended' }).click();
  await expect(row(page, keys[0].name)).toContainText('Revoked');
});
