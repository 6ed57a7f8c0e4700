import {
  confirmStored,
  createKey,
  expect,
  failedResponse,
  pageState,
  people,
  readCredentials,
  test,
  unique,
  waitUntilInteractive,
  whoami,
} from '../fixtures.ts';

test('during the grace period both secrets work, and the old one announces its end', async ({
  page,
  open,
  signInAs,
  server,
  javaScriptEnabled,
}) => {
  const paths = await signInAs(people.developer);
  const old = await createKey(page, paths, unique('Rolling'));
  await open(`${paths.keys}/${old.id}`);
  await page.getByRole('main').getByRole('link', { name: 'Regenerate secret' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Regenerate secret' });
  await expect(dialog).toBeVisible();
  await dialog.getByRole('combobox', { name: 'Old key stops working' }).selectOption('3d');
  await dialog.getByRole('button', { name: 'Regenerate secret' }).click();
  const fresh = await readCredentials(page);
  expect(fresh.id).not.toBe(old.id);
  const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
  await expect(reveal).toContainText(/Replace both the API key and the secret in your app\. The old pair works until \d+ \w+ \d{4}/);
  const mask = (id: string) => `${id.slice(0, 8)}••••••••${id.slice(-4)}`;
  await expect(reveal.getByRole('textbox', { name: 'API key', exact: true })).toHaveAccessibleDescription(`${mask(old.id)} → ${mask(fresh.id)}`);
  await expect(reveal.getByRole('textbox', { name: 'Secret key', exact: true })).toHaveAccessibleDescription('Old secret → this secret');
  await confirmStored(page, old.name);
  await expect(page).toHaveURL(`${paths.keys}/${old.id}`);
  await expect(page.getByRole('region', { name: 'This key is being replaced' })).toBeVisible();

  const before = await whoami(server.url, old);
  expect(before.status()).toBe(200);
  expect(before.headers()['deprecation']).toMatch(/^@\d+$/);
  const sunset = Date.parse(before.headers()['sunset'] ?? '');
  expect(sunset - Date.now()).toBeGreaterThan(2.9 * 86_400_000);
  expect(sunset - Date.now()).toBeLessThan(3.1 * 86_400_000);
  const after = await whoami(server.url, fresh);
  expect(after.status()).toBe(200);
  expect(after.headers()['deprecation']).toBeUndefined();

  const section = page.getByRole('region', { name: 'This key is being replaced' });
  const both = 'Accepted requests, last 24h: 1 with the new secret, 1 with the old secret';
  // What another node has accepted is written once a second.
  await expect(async () => {
    await open(`${paths.keys}/${old.id}`);
    await expect(section.getByRole('img', { name: both })).toBeVisible({ timeout: 500 });
    // The figures are read before the chart.
    await expect(section).toContainText('Still in use', { timeout: 500 });
  }).toPass();
  await expect(section.getByRole('row', { name: /This key/ })).toContainText('1');
  // The chart is beside the figures where there is room.
  await page.setViewportSize({ width: 1280, height: 800 });
  const figures = await section.getByRole('table').first().boundingBox();
  const chart = await section.getByRole('figure').boundingBox();
  expect(figures && chart && figures.x + figures.width < chart.x && chart.y < figures.y).toBe(true);
  if (javaScriptEnabled) {
    // How to read the chart is beside its caption, not on it.
    const [caption, reading] = await section.getByRole('figure').evaluate((figure) => {
      const words = document.createRange();
      words.selectNodeContents(figure.querySelector('figcaption') as Element);
      return [words.getBoundingClientRect().right, (figure.querySelector('.chart-reading') as Element).getBoundingClientRect().left];
    });
    expect(caption).toBeLessThan(reading as number);
  }
  await expect(section).toContainText('GET /v1/whoami');
  // The list of all keys has the old one below its successor and in a row of its own, with the same requests.
  await open(`${paths.keys}?tab=all`);
  await expect(page.getByRole('row').filter({ hasText: 'Old key' }).filter({ hasText: mask(old.id) })).toContainText('1 request');
  await expect(page.locator(`[id="${old.id}"]`)).toHaveCount(1);
  await expect(page.locator(`[id="${old.id}"]`)).toContainText(/1\s+request/);
  await open(`${paths.keys}/${old.id}`);
  await section.getByRole('button', { name: 'Stop old key now' }).click();
  await expect(page.getByText('Expired').first()).toBeVisible();
  const ended = await whoami(server.url, old);
  expect(ended.status()).toBe(401);
  expect(await ended.json()).toMatchObject({ code: 'secret_retired' });
  expect((await whoami(server.url, fresh)).status()).toBe(200);

  await open(`${paths.keys}/${fresh.id}`);
  const details = page.getByRole('region', { name: 'Details' });
  await details.getByRole('link', { name: new RegExp(old.id.slice(0, 8)) }).click();
  await expect(page).toHaveURL(`${paths.keys}/${old.id}`);
});

test('closing the new secret without confirmation leads to the key that is replaced', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const old = await createKey(page, paths, unique('Unconfirmed'));
  await open(`${paths.keys}/${old.id}/regenerate`);
  await expect(page.getByText(/^Expires \d+ \w+ \d{4}$/).filter({ visible: true })).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Expiration' }).selectOption('7');
  await expect(page.getByText(/^Expires \d+ \w+ \d{4}$/).filter({ visible: true })).toHaveCount(1);
  await page.getByRole('dialog').getByRole('button', { name: 'Regenerate secret' }).click();
  const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
  await reveal.getByRole('button', { name: 'Done' }).click();
  await reveal.getByRole('link', { name: 'Close anyway' }).click();
  await expect(page).toHaveURL(`${paths.keys}/${old.id}`);
});

test('a compromised secret ends immediately', async ({ page, open, signInAs, server, javaScriptEnabled }) => {
  const paths = await signInAs(people.owner);
  const old = await createKey(page, paths, unique('Leaked'));
  await open(`${paths.keys}/${old.id}/regenerate`);
  const dialog = page.getByRole('dialog', { name: 'Regenerate secret' });
  await dialog.getByRole('checkbox', { name: 'This secret may be compromised' }).check();
  if (javaScriptEnabled) {
    await expect(dialog.getByRole('combobox', { name: 'Old key stops working' })).toHaveValue('now');
  }
  await dialog.getByRole('button', { name: 'Regenerate secret' }).click();
  const fresh = await readCredentials(page);
  await expect(page.getByRole('dialog')).toContainText('The old pair has stopped working');
  const refused = await whoami(server.url, old);
  expect(refused.status()).toBe(401);
  expect(await refused.json()).toMatchObject({ code: 'secret_retired' });
  expect((await whoami(server.url, fresh)).status()).toBe(200);
});

test('the grace period is chosen in hours, and errors are reported', async ({ page, open, signInAs, browserErrors, server }) => {
  browserErrors.allow(failedResponse(422));
  const paths = await signInAs(people.owner);
  const old = await createKey(page, paths, unique('Careful'));
  await open(`${paths.keys}/${old.id}/regenerate`);
  const dialog = page.getByRole('dialog', { name: 'Regenerate secret' });
  await dialog.getByRole('combobox', { name: 'Old key stops working' }).selectOption('custom');
  const hours = dialog.getByRole('spinbutton', { name: 'Hours' });
  await hours.fill('721');
  await dialog.getByRole('button', { name: 'Regenerate secret' }).click();
  await expect(hours).toHaveAccessibleDescription(/from 1 to 720/);
  await expect(hours).toHaveValue('721');
  expect((await whoami(server.url, old)).headers()['deprecation']).toBeUndefined();
  await hours.fill('2');
  await dialog.getByRole('button', { name: 'Regenerate secret' }).click();
  await readCredentials(page);
  await confirmStored(page, old.name);

  const section = page.getByRole('region', { name: 'This key is being replaced' });
  await expect(section).toContainText('in 2 hours');
  await section.getByText('Reschedule', { exact: true }).first().click();
  await section.getByRole('combobox').selectOption('7d');
  await section.getByRole('button', { name: 'Reschedule' }).click();
  await expect(section).toContainText('in 7 days');
});

test('a replaced or revoked key cannot be regenerated', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const old = await createKey(page, paths, unique('Once'));
  await open(`${paths.keys}/${old.id}/regenerate`);
  await page.getByRole('dialog').getByRole('button', { name: 'Regenerate secret' }).click();
  const fresh = await readCredentials(page);
  await confirmStored(page, old.name);
  await open(`${paths.keys}/${old.id}/regenerate`);
  const dialog = page.getByRole('dialog', { name: "This secret can't be regenerated" });
  await expect(dialog).toContainText('already rotated');
  await dialog.getByRole('link', { name: 'View replacement' }).click();
  await expect(page).toHaveURL(`${paths.keys}/${fresh.id}`);
});

test('after its dialog is closed, the page does not contain the new secret', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const old = await createKey(page, paths, unique('Forgotten'));
  await open(`${paths.keys}/${old.id}/regenerate`);
  await page.getByRole('dialog').getByRole('button', { name: 'Regenerate secret' }).click();
  const { secret } = await readCredentials(page);
  await confirmStored(page, old.name);
  await waitUntilInteractive(page);
  expect(await pageState(page)).not.toContain(secret);
});
