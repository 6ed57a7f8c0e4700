import {
  KEY_ID,
  SECRET,
  confirmStored,
  createKey,
  expect,
  failedResponse,
  fillKey,
  makeSignInStale,
  openKeyMenu,
  openRestrictions,
  pageState,
  people,
  readCredentials,
  row,
  signIn,
  test,
  unique,
  whoami,
} from '../fixtures.ts';

test('a new key is accepted by the gate, and its secret is shown once', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.developer);
  const name = unique('Checkout server');
  await open(paths.keys);
  await page.getByRole('link', { name: 'Create API Key' }).click();
  await expect(page).toHaveURL(`${paths.keys}/new`);
  await fillKey(page, name, ['invoice:read', 'customer:create']);
  await page.getByRole('radio', { name: 'Live' }).check();
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const { id, secret } = await readCredentials(page);
  expect(id).toMatch(KEY_ID);
  expect(id).toMatch(/^akl_/);
  expect(secret).toMatch(SECRET);
  expect(secret).toMatch(/^asl_/);
  const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
  for (const label of ['API key', 'Secret key']) {
    await expect(reveal.getByRole('textbox', { name: label, exact: true })).toHaveAttribute('readonly');
  }

  const answer = await whoami(server.url, { id, secret });
  expect(answer.status()).toBe(200);
  const described = await answer.json();
  expect(described).toMatchObject({ valid: true, key_id: id, environment: 'live' });
  expect([...described.scopes].sort()).toEqual(['customer:create', 'invoice:read']);

  await confirmStored(page);
  await expect(page).toHaveURL(paths.keys);
  expect(await pageState(page)).not.toContain(secret);
  const mask = `${id.slice(0, 8)}${'•'.repeat(8)}${id.slice(-4)}`;
  await expect(row(page, name)).toContainText(mask);
  await expect(row(page, name)).toContainText('Active');
  await expect(row(page, name)).not.toContainText('Secret not saved');

  // Neither the key's page nor the list contains the secret.
  await row(page, name).getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  expect(await pageState(page)).not.toContain(secret);
  await open(paths.keys);
  expect(await pageState(page)).not.toContain(secret);
});

test('the gate applies a rate limit', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  await fillKey(page, unique('Limited'));
  await openRestrictions(page);
  await page.getByRole('textbox', { name: 'Rate limit' }).fill('2');
  await page.getByRole('combobox', { name: 'Window' }).selectOption('day');
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const pair = await readCredentials(page);
  expect((await whoami(server.url, pair)).status()).toBe(200);
  expect((await whoami(server.url, pair)).status()).toBe(200);
  expect((await whoami(server.url, pair)).status()).toBe(429);
});

test('the date field and the warning appear with their choice, with and without JavaScript', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  const choice = dialog.getByRole('combobox', { name: 'Expiration' });
  const warning = dialog.getByText(/until someone revokes it/);
  await expect(dialog.getByLabel('Expires on')).toBeHidden();
  await expect(warning).toBeHidden();
  const dates = dialog.locator('.expiry-dates > p').filter({ visible: true });
  await expect(dates).toHaveText([/^Expires \d+ \w+ \d{4}$/]);
  const inNinetyDays = await dates.innerText();
  await choice.selectOption('7');
  await expect(dates).toHaveText([/^Expires \d+ \w+ \d{4}$/]);
  await expect(dates).not.toHaveText(inNinetyDays);
  await choice.selectOption('custom');
  await expect(dates).toHaveCount(0);
  await expect(dialog.getByLabel('Expires on')).toBeVisible();
  await choice.selectOption('never');
  await expect(dialog.getByLabel('Expires on')).toBeHidden();
  await expect(warning).toBeVisible();
});

test('the form requires the password if the sign-in is more than ten minutes old', async ({
  page,
  open,
  signInAs,
  server,
  database,
  browserErrors,
  javaScriptEnabled,
}) => {
  test.skip(database === 'sqlite', 'an SQLite file belongs to the server that serves it');
  browserErrors.allow(failedResponse(422));
  browserErrors.allow(failedResponse(403));
  const paths = await signInAs(people.owner);
  await signIn(page, people.owner);
  await open(`${paths.keys}/new`);
  const name = unique('Stale');
  await fillKey(page, name);
  await page.getByRole('textbox', { name: 'Description' }).fill('not lost');
  await makeSignInStale(server);
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  const password = dialog.getByLabel('Password', { exact: true });
  await expect(password).toBeVisible();
  // The question is asked once, at its field, and is not an error.
  await expect(dialog.getByText('Enter your password')).toHaveCount(1);
  await expect(password).not.toHaveAttribute('aria-invalid');
  if (javaScriptEnabled) {
    await expect(password).toBeFocused();
    await expect(password).toBeInViewport({ ratio: 1 });
  } else {
    await expect(dialog.locator('[autofocus]')).toHaveAccessibleName('Password');
  }
  await expect(dialog.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue(name);
  await expect(dialog.getByRole('textbox', { name: 'Description' })).toHaveValue('not lost');
  await expect(dialog.getByRole('checkbox', { checked: true })).toHaveCount(1);
  await password.fill('not the password');
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  await expect(password).toHaveAccessibleDescription(/Incorrect password/);
  await password.fill(people.owner.password);
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  expect((await readCredentials(page)).secret).toMatch(SECRET);
  await confirmStored(page);
});

test('by default no scope is ticked, and the key expires after 90 days', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  await expect(dialog.getByRole('checkbox', { checked: true })).toHaveCount(0);
  await expect(dialog.getByRole('combobox', { name: 'Expiration' })).toHaveValue('90');
  await expect(dialog.getByRole('textbox', { name: 'Description' })).toBeVisible();
  await expect(dialog.getByText('Any IP, no rate limit')).toBeVisible();
  await expect(dialog.getByRole('textbox', { name: 'Allowed IP addresses' })).toBeHidden();
  await openRestrictions(page);
  await expect(dialog.getByRole('textbox', { name: 'Allowed IP addresses' })).toBeVisible();
  await expect(dialog.getByRole('radio', { name: 'Test' })).toBeVisible();
});

test('a key is duplicated with everything but its name and its secret', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.developer);
  await open(`${paths.keys}/new`);
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  const name = unique('Original');
  await fillKey(page, name, ['invoice:read', 'customer:create']);
  await dialog.getByRole('textbox', { name: 'Description' }).fill('Runs in Dublin');
  await dialog.getByRole('radio', { name: 'Live' }).check();
  await openRestrictions(page);
  await dialog.getByRole('textbox', { name: 'Allowed IP addresses' }).fill('203.0.113.0/24\n2001:db8::/32');
  await dialog.getByRole('textbox', { name: 'Rate limit' }).fill('60');
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const { id } = await readCredentials(page);
  await confirmStored(page);

  await open(`${paths.keys}/${id}`);
  await openKeyMenu(page, name);
  await page.getByRole('main').getByRole('link', { name: 'Duplicate' }).click();
  await expect(page).toHaveURL(`${paths.keys}/new?from=${id}`);
  await expect(dialog.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue(`${name} (copy)`);
  await expect(dialog.getByRole('textbox', { name: 'Description' })).toHaveValue('Runs in Dublin');
  await expect(dialog.getByRole('radio', { name: 'Live' })).toBeChecked();
  await expect(dialog.getByRole('checkbox', { checked: true })).toHaveCount(2);
  await expect(dialog.getByRole('combobox', { name: 'Expiration' })).toHaveValue('90');
  await expect(dialog.getByText('2 networks, 60 requests per minute', { exact: true })).toBeVisible();
  await expect(dialog.getByRole('textbox', { name: 'Allowed IP addresses' })).toHaveValue('203.0.113.0/24\n2001:db8::/32');
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  expect((await readCredentials(page)).id).not.toBe(id);
  await confirmStored(page);
  await expect(row(page, `${name} (copy)`)).toBeVisible();
});

test('an error in a folded field opens it', async ({ page, open, signInAs, browserErrors }) => {
  browserErrors.allow(failedResponse(422));
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  await fillKey(page, unique('Folded'));
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  const addresses = dialog.getByRole('textbox', { name: 'Allowed IP addresses' });
  await openRestrictions(page);
  await addresses.fill('nowhere');
  await dialog.getByText('Restrictions', { exact: true }).click();
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  await expect(addresses).toHaveAccessibleDescription(/“nowhere” isn't an IP address/);
});

test('markup in a name is shown as text', async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const name = unique('<img src=x onerror=alert(1)>');
  await open(`${paths.keys}/new`);
  await fillKey(page, name);
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  await readCredentials(page);
  await confirmStored(page);
  await expect(row(page, name)).toBeVisible();
  await row(page, name).getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});

test('a key with IP rules is refused from another address', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  await fillKey(page, unique('Fenced'));
  await openRestrictions(page);
  await page.getByRole('textbox', { name: 'Allowed IP addresses' }).fill('203.0.113.0/24\n2001:db8::/32');
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const pair = await readCredentials(page);
  const answer = await whoami(server.url, pair);
  expect(answer.status()).toBe(403);
  expect(await answer.json()).toMatchObject({ code: 'ip_not_allowed' });
});

test('a wrong secret and an unknown key receive the same response', async ({ page, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const one = await createKey(page, paths, unique('One'));
  const other = await createKey(page, paths, unique('Other'));
  const answer = await whoami(server.url, { id: one.id, secret: other.secret });
  expect(answer.status()).toBe(401);
  expect(await answer.json()).toMatchObject({ code: 'invalid_credentials' });
  expect(answer.headers()['www-authenticate']).toContain('ApiKey realm="latchkey"');
});
