import { type Page } from '@playwright/test';
import { answered, createKey, expect, fromOurPage, people, row, test, unique, whoami } from '../fixtures.ts';
import type { Person } from '../server.ts';

// An application of its own: its keys all end here.
const initech = { account: 'Initech', application: 'Printers' };
const owner: Person = { ...initech, email: 'peter@initech.example', role: 'owner', password: 'stapler orbit maple nine' };
const developer: Person = { ...initech, email: 'milton@initech.example', role: 'developer', password: 'basement lantern red fox' };

test.use({ crowd: [[...Object.values(people), owner, developer], { scope: 'worker' }] });

const box = (page: Page, name: string) => row(page, name).getByRole('checkbox', { name: `Select ${name}` });
const bar = (page: Page) => page.getByRole('form', { name: 'Selected keys' });

test('several keys are switched off at once, and one that is revoked is skipped and said', async ({ page, open, as, server, javaScriptEnabled }) => {
  const place = await as(people.owner);
  const [one, two, gone] = [
    await createKey(page, open, place, unique('One')),
    await createKey(page, open, place, unique('Two')),
    await createKey(page, open, place, unique('Gone')),
  ];
  await page.request.post('/api/revoke_key', {
    form: { app: place.app.replace('/apps/', ''), key: gone.id, confirm: gone.name, reason: '' },
    headers: fromOurPage(server.url),
  });
  await open(place.keys);
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
  await expect(page.getByText(`2 keys deactivated. ${gone.name} was left alone`)).toBeVisible();
  for (const key of [one, two]) {
    await expect(row(page, key.name)).toContainText('Inactive');
    expect((await whoami(server.url, key)).status()).toBe(401);
  }
});

test('boxes that were ticked before the page listened are selected', { tag: '@js' }, async ({ page, open, as }) => {
  const place = await as(people.owner);
  const [one, two] = [await createKey(page, open, place, unique('Early')), await createKey(page, open, place, unique('Late'))];
  let deliver = () => {};
  const late = new Promise<void>((resolve) => {
    deliver = resolve;
  });
  await page.route(/latchkey\.js$/, async (route) => {
    await late;
    await route.continue();
  });
  await page.goto(place.keys);
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

test('several keys are revoked after a question that lists them', async ({ page, open, as, server, watch }) => {
  watch.expect(answered(422));
  const place = await as(people.owner);
  const keys = [await createKey(page, open, place, unique('First')), await createKey(page, open, place, unique('Second'))] as const;
  const kept = await createKey(page, open, place, unique('Kept'));
  await open(place.keys);
  for (const key of keys) {
    await box(page, key.name).check();
  }
  await bar(page).getByRole('button', { name: 'Revoke' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Revoke 2 keys?' });
  for (const key of keys) {
    await expect(dialog.getByRole('listitem').filter({ hasText: key.name })).toContainText('No calls');
  }
  await dialog.getByRole('textbox', { name: 'Type revoke to confirm' }).fill('yes');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('The laptop is gone');
  await dialog.getByRole('button', { name: 'Revoke keys' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Type the number of keys (2)');
  await expect(dialog.getByRole('textbox', { name: 'Reason' })).toHaveValue('The laptop is gone');
  await dialog.getByRole('textbox', { name: 'Type revoke to confirm' }).fill('2');
  await dialog.getByRole('button', { name: 'Revoke keys' }).click();
  await expect(page.getByText('2 keys revoked.')).toBeVisible();
  await page.getByRole('link', { name: 'Done' }).click();
  for (const key of keys) {
    await expect(row(page, key.name)).toContainText('Revoked');
    expect((await whoami(server.url, key)).status()).toBe(401);
  }
  expect((await whoami(server.url, kept)).status()).toBe(200);
  await open(`${place.keys}/${keys[0].id}`);
  await expect(page.getByText('The laptop is gone').first()).toBeVisible();
});

test('a box of one page never stands for a row of another', { tag: '@js' }, async ({ page, open, as }) => {
  const place = await as(people.owner);
  const one = await createKey(page, open, place, unique('Ticked'));
  const two = await createKey(page, open, place, unique('Not ticked'));
  await open(place.keys);
  await box(page, one.name).check();
  await page.getByRole('searchbox', { name: 'Search keys' }).fill(two.name);
  await expect(row(page, one.name)).toHaveCount(0);
  await expect(box(page, two.name)).not.toBeChecked();
  await expect(bar(page).getByRole('button', { name: 'Deactivate' })).toBeHidden();
  await page.getByRole('checkbox', { name: 'Select all keys on this page' }).check();
  await expect(box(page, two.name)).toBeChecked();
  await bar(page).getByRole('button', { name: 'Clear selection' }).click();
  await expect(box(page, two.name)).not.toBeChecked();
});

test('who only reads has no boxes, and who is no owner cannot revoke all', async ({ page, open, as, watch }) => {
  watch.expect(answered(403));
  const place = await as(people.owner);
  await createKey(page, open, place, unique('Seen'));
  await as(people.viewer);
  await open(place.keys);
  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await expect(page.getByText('You can look at keys.')).toBeVisible();
  await as(people.developer);
  await open(place.keys);
  await expect(page.getByRole('link', { name: 'Revoke all keys' })).toHaveCount(0);
  await open(`${place.keys}/revoke-all`);
  await expect(page.getByText('Not allowed')).toBeVisible();
});

test('in an emergency an owner revokes all keys of the application', async ({ page, open, as, server, watch }) => {
  watch.expect(answered(422));
  const place = await as(owner);
  const keys = [await createKey(page, open, place, unique('Alpha')), await createKey(page, open, place, unique('Beta'))] as const;
  await open(place.keys);
  await page.getByRole('link', { name: 'Revoke all keys' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Revoke all keys of Printers?' });
  await expect(dialog.getByText('Keys that end')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Type the application name to confirm' }).fill('Printer');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Leaked');
  await dialog.getByRole('button', { name: 'Revoke all keys' }).click();
  await expect(dialog.getByRole('alert')).toContainText('This is not the application’s name');
  expect((await whoami(server.url, keys[0])).status()).toBe(200);
  await expect(dialog.getByRole('textbox', { name: 'Reason' })).toHaveValue('Leaked');
  await dialog.getByRole('textbox', { name: 'Type the application name to confirm' }).fill('Printers');
  await dialog.getByRole('button', { name: 'Revoke all keys' }).click();
  await expect(page.getByText(/^\d+ keys revoked\.$/)).toBeVisible();
  for (const key of keys) {
    expect((await whoami(server.url, key)).status()).toBe(401);
  }
  await page.getByRole('link', { name: 'Done' }).click();
  await expect(row(page, keys[0].name)).toContainText('Revoked');
});
