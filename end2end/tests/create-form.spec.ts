import {
  countKeys,
  createKey,
  expect,
  failedResponse,
  fillKey,
  openRestrictions,
  people,
  readCredentials,
  test,
  unique,
  waitUntilAnswered,
} from '../fixtures.ts';

test.describe('the form with JavaScript', { tag: '@js' }, () => {
  test.beforeEach(async ({ open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}/new`);
  });

  test('presets tick scopes, a search filters them, and both keep ticked scopes', async ({ page }) => {
    const dialog = page.getByRole('dialog', { name: 'Create API Key' });
    const box = (scope: string) => dialog.getByRole('checkbox', { name: scope, exact: true });
    await dialog.getByRole('button', { name: 'Read only' }).click();
    await expect(box('invoice:read')).toBeChecked();
    await expect(box('invoice:delete')).not.toBeChecked();
    await expect(dialog.getByRole('button', { name: 'Read only' })).toHaveAttribute('aria-pressed', 'true');
    await dialog.getByRole('button', { name: 'Read and write' }).click();
    await expect(box('invoice:delete')).toBeChecked();
    await expect(box('key:verify')).not.toBeChecked();
    await dialog.getByRole('button', { name: 'Custom' }).click();
    await expect(dialog.getByRole('searchbox', { name: 'Search scopes' })).toBeFocused();
    await expect(box('invoice:delete')).toBeChecked();
    await page.keyboard.type('wallet');
    await expect(box('invoice:delete')).toBeHidden();
    await box('wallet:update').uncheck();
    await dialog.getByRole('searchbox').fill('nothing like this');
    await expect(dialog.getByText('No matching scopes')).toBeVisible();
    await dialog.getByRole('searchbox').fill('');
    await expect(box('invoice:delete')).toBeChecked();
    await expect(box('wallet:update')).not.toBeChecked();
  });

  test('a field is checked when it loses the focus, and on each input after an error', async ({ page }) => {
    const dialog = page.getByRole('dialog', { name: 'Create API Key' });
    const addresses = dialog.getByRole('textbox', { name: 'Allowed IP addresses' });
    await openRestrictions(page);
    await addresses.fill('10.0.0.0/33');
    await expect(addresses).not.toHaveAttribute('aria-invalid');
    await addresses.press('Tab');
    await expect(addresses).toHaveAccessibleDescription(/10\.0\.0\.0\/33” isn't an IP address/);
    await addresses.fill('10.0.0.0/3');
    await expect(addresses).not.toHaveAttribute('aria-invalid');
    const rate = dialog.getByRole('textbox', { name: 'Rate limit' });
    await rate.fill('many');
    await rate.press('Tab');
    await expect(rate).toHaveAccessibleDescription(/whole number/);
    await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('custom');
    await dialog.getByLabel('Expires on').fill('2199-01-01');
    await dialog.getByLabel('Expires on').blur();
    await expect(dialog.getByLabel('Expires on')).toHaveAccessibleDescription(/within the next 10 years/);
    await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('30');
    await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('custom');
    await expect(dialog.getByLabel('Expires on')).not.toHaveAttribute('aria-invalid');
  });

  test('a summary beside the button follows the form', async ({ page }) => {
    const dialog = page.getByRole('dialog', { name: 'Create API Key' });
    const button = dialog.getByRole('button', { name: 'Generate API Key' });
    await expect(button).toHaveAccessibleDescription(/^Test key, no scopes yet, expires \d+ \w+ \d{4}$/);
    await dialog.getByRole('button', { name: 'Read only' }).click();
    await dialog.getByRole('radio', { name: 'Live' }).check();
    await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('never');
    await expect(button).toHaveAccessibleDescription(/^Live key, \d+ read scopes, never expires$/);
    await openRestrictions(page);
    await dialog.getByRole('textbox', { name: 'Allowed IP addresses' }).fill('10.0.0.0/8\n192.0.2.0/24');
    await expect(button).toHaveAccessibleDescription(/, never expires, 2 networks$/);
    await expect(dialog.getByText('2 networks, no rate limit', { exact: true })).toBeVisible();
  });

  test('the link of the error summary opens the folded field', async ({ page, browserErrors }) => {
    browserErrors.allow(failedResponse(422));
    const dialog = page.getByRole('dialog', { name: 'Create API Key' });
    const addresses = dialog.getByRole('textbox', { name: 'Allowed IP addresses' });
    await fillKey(page, unique('Folded'));
    await openRestrictions(page);
    await addresses.fill('nowhere');
    await dialog.getByRole('button', { name: 'Generate API Key' }).click();
    // The browser has said so before the server has answered, and the answer opens the fields.
    await waitUntilAnswered(page);
    await expect(addresses).toBeVisible();
    await dialog.getByText('Restrictions', { exact: true }).click();
    await expect(addresses).toBeHidden();
    await dialog.getByRole('alert').getByRole('link', { name: /“nowhere”/ }).click();
    await expect(addresses).toBeFocused();
  });

  test('a name that another active key has is pointed out', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const other = await createKey(page, paths, unique('Twin Größe'));
    await open(`${paths.keys}/new`);
    const dialog = page.getByRole('dialog', { name: 'Create API Key' });
    const name = dialog.getByRole('textbox', { name: 'Name', exact: true });
    // Decomposed, and in upper case.
    await name.fill(other.name.normalize('NFD').toUpperCase());
    await name.press('Tab');
    const link = dialog.getByRole('status').getByRole('link', { name: new RegExp(`^${other.name}`) });
    await expect(link).toHaveAttribute('href', `${paths.keys}/${other.id}`);
    await name.fill(`${other.name} of another kind`);
    await name.press('Tab');
    await expect(link).toHaveCount(0);
  });

  test('a name that differs only in a joiner is pointed out', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const other = await createKey(page, paths, unique('می\u200Cخواهم'));
    await open(`${paths.keys}/new`);
    const dialog = page.getByRole('dialog', { name: 'Create API Key' });
    const name = dialog.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill(other.name.replace('\u200C', ''));
    await name.press('Tab');
    await expect(dialog.getByRole('status').getByRole('link')).toHaveAttribute('href', `${paths.keys}/${other.id}`);
  });

  test('the dialog fits into a window of 1280 by 800 pixels', async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    const dialog = page.getByRole('dialog', { name: 'Create API Key' });
    await expect(dialog.getByText('Any IP, no rate limit')).toBeInViewport({ ratio: 1 });
    const hidden = await dialog.evaluate((element) => element.scrollHeight - element.clientHeight);
    expect(hidden).toBeLessThanOrEqual(0);
  });

  test('a double click creates one key', async ({ page, signInAs }) => {
    const paths = await signInAs(people.owner);
    const before = await countKeys(page, paths);
    await fillKey(page, unique('Once'));
    await page.getByRole('button', { name: 'Generate API Key' }).dblclick();
    await readCredentials(page);
    expect(await countKeys(page, paths)).toBe(before + 1);
  });
});
