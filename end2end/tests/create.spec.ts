import { readFile } from 'node:fs/promises';
import {
  KEY_ID,
  SECRET,
  confirmStored,
  countKeys,
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
import { startServer } from '../server.ts';

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
  await expect(row(page, name)).not.toContainText('Secret not confirmed');

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
  await createKey(page, open, paths, name);
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

test('a wrong secret and an unknown key receive the same response', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const one = await createKey(page, open, paths, unique('One'));
  const other = await createKey(page, open, paths, unique('Other'));
  const answer = await whoami(server.url, { id: one.id, secret: other.secret });
  expect(answer.status()).toBe(401);
  expect(await answer.json()).toMatchObject({ code: 'invalid_credentials' });
  expect(answer.headers()['www-authenticate']).toContain('ApiKey realm="latchkey"');
});

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
    await expect(addresses).toBeVisible();
    await dialog.getByText('Restrictions', { exact: true }).click();
    await expect(addresses).toBeHidden();
    await dialog.getByRole('alert').getByRole('link', { name: /“nowhere”/ }).click();
    await expect(addresses).toBeFocused();
  });

  test('a name that another active key has is pointed out', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    const other = await createKey(page, open, paths, unique('Twin'));
    await open(`${paths.keys}/new`);
    const dialog = page.getByRole('dialog', { name: 'Create API Key' });
    const name = dialog.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill(other.name);
    await name.press('Tab');
    const link = dialog.getByRole('status').getByRole('link', { name: new RegExp(`^${other.name}`) });
    await expect(link).toHaveAttribute('href', `${paths.keys}/${other.id}`);
    await name.fill(`${other.name} of another kind`);
    await name.press('Tab');
    await expect(link).toHaveCount(0);
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

test('the credentials can be copied without HTTPS', { tag: '@js' }, async ({ page, database, browserErrors }) => {
  const server = await startServer({ database, people: [people.owner], host: 'keys.lan' });
  const lan = server.url.replace('127.0.0.1', 'keys.lan');
  try {
    browserErrors.allow(/request to another site: http:\/\/keys\.lan/);
    browserErrors.allow(/Cross-Origin-Opener-Policy/);
    await page.goto(`${lan}/sign-in`);
    await page.getByRole('textbox', { name: 'Email' }).fill(people.owner.email);
    await page.getByLabel('Password', { exact: true }).fill(people.owner.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Create API Key' }).click();
    await fillKey(page, unique('On the LAN'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    expect(await page.evaluate(() => [isSecureContext, navigator.clipboard])).toEqual([false, undefined]);
    const { id, secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    for (const [label, value] of [
      ['Copy API key', id],
      ['Copy secret key', secret],
    ] as const) {
      await reveal.getByRole('button', { name: label }).click();
      await expect(reveal.getByRole('status')).toHaveText('Copied');
      const pasted = await page.evaluateHandle(() => {
        const field = document.createElement('textarea');
        document.querySelector('dialog')?.append(field);
        field.focus();
        return field;
      });
      await page.keyboard.press('Control+V');
      expect(await pasted.evaluate((field) => field.value)).toBe(value);
      await pasted.evaluate((field) => field.remove());
    }
  } finally {
    // The page polls for the key's first use until it is closed.
    await page.close();
    await server.stop();
  }
});

test.describe('with JavaScript', { tag: '@js' }, () => {
  test.beforeEach(async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}/new`);
    await fillKey(page, unique('Scripted'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    await expect(page.getByRole('dialog', { name: 'Save your credentials' })).toBeVisible();
  });

  test('both credentials can be copied, and the copy is announced', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const { id, secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    for (const [label, value] of [
      ['Copy API key', id],
      ['Copy secret key', secret],
    ] as const) {
      await reveal.getByRole('button', { name: label }).click();
      await expect(reveal.getByRole('status')).toHaveText('Copied');
      expect(await clipboard()).toBe(value);
      await expect(reveal.getByRole('button', { name: label })).toBeVisible();
    }
  });

  test('a failed copy is not announced as copied', async ({ page }) => {
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
      document.execCommand = () => false;
    });
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Copy secret key' }).click();
    await expect(reveal.getByRole('status')).toHaveText(/Couldn't copy/);
    await expect(reveal.getByText('Copied', { exact: true })).toHaveCount(0);
  });

  test('neither Escape nor the backdrop closes the dialog with the secret', async ({ page }) => {
    const { secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    for (let n = 0; n < 4; n += 1) {
      await page.keyboard.press('Escape');
      await page.mouse.click(3, 3);
    }
    await expect(reveal).toBeVisible();
    await expect(reveal.getByRole('textbox', { name: 'Secret key' })).toHaveValue(secret);
    expect(await reveal.evaluate((dialog) => dialog.matches(':modal'))).toBe(true);
  });

  test('the dialog receives the focus when it opens', async ({ page }) => {
    await expect
      .poll(() =>
        page
          .getByRole('dialog', { name: 'Save your credentials' })
          .evaluate((dialog) => dialog.contains(document.activeElement)),
      )
      .toBe(true);
  });

  test('closing the dialog without the checkbox asks for confirmation', async ({ page }) => {
    const { secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Done' }).click();
    await expect(reveal.getByRole('alert')).toContainText('Close without saving the secret?');
    await expect(reveal.getByRole('textbox', { name: 'Secret key' })).toHaveValue(secret);
    await confirmStored(page);
  });

  test('a key whose dialog was closed without confirmation is marked', async ({ page, signInAs }) => {
    const paths = await signInAs(people.owner);
    const { secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Done' }).click();
    await reveal.getByRole('link', { name: 'Close anyway' }).click();
    await expect(page).toHaveURL(paths.keys);
    await expect(page.getByRole('table').getByText('Secret not saved').first()).toBeVisible();
    expect(await pageState(page)).not.toContain(secret);
  });

  test('the page reports the first request with the key', async ({ page, server }) => {
    const pair = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await expect(reveal.getByText('Waiting for the first request…')).toBeVisible();
    expect((await whoami(server.url, pair)).status()).toBe(200);
    await expect(reveal.getByText('First request received from 127.0.0.1.')).toBeVisible();
    await expect(reveal.getByText('Waiting for the first request…')).toHaveCount(0);
  });

  test('the command for a terminal calls this server', async ({ page, server }) => {
    const { id } = await readCredentials(page);
    const line = await page.getByRole('dialog').locator('pre').first().innerText();
    expect(line).toContain(`x-client-key: ${id}`);
    expect(line).toContain(`${server.url}/v1/whoami`);
  });

  test('the .env file contains both credentials', async ({ page }) => {
    const { id, secret } = await readCredentials(page);
    const started = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download .env' }).click();
    const download = await started;
    expect(download.suggestedFilename()).toMatch(/(^|\.)env$/);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(new RegExp(`^[A-Z_]+=${id}$`));
    expect(lines[1]).toMatch(new RegExp(`^[A-Z_]+=${secret}$`));
  });

  test('going back in the history shows no secret', async ({ page }) => {
    const { secret } = await readCredentials(page);
    await confirmStored(page);
    await page.goBack();
    await expect(page.getByRole('dialog', { name: 'Save your credentials' })).toHaveCount(0);
    expect(await page.content()).not.toContain(secret);
    await page.goForward();
    await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
    expect(await pageState(page)).not.toContain(secret);
  });

  test('reloading the page does not show the secret again', async ({ page }) => {
    const { secret } = await readCredentials(page);
    await page.reload();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await pageState(page)).not.toContain(secret);
  });
});

test.describe('without JavaScript', { tag: '@no-js' }, () => {
  test('the secret is in one response that is not stored, and posting the form again creates no second key', async ({
    page,
    open,
    signInAs,
   
  }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}/new`);
    await fillKey(page, unique('Plain'));
    const before = await countKeys(page, paths);
    const posted = page.waitForResponse((answer) => answer.request().method() === 'POST');
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const answer = await posted;
    expect(answer.status()).toBe(200);
    expect(answer.headers()['cache-control']).toContain('no-store');
    const { secret } = await readCredentials(page);
    expect(page.url()).not.toContain(secret);
    expect(await countKeys(page, paths)).toBe(before + 1);

    const again = await page.reload();
    expect(again?.request().method(), 'the reload sends the form again').toBe('POST');
    await expect(page.getByRole('dialog', { name: 'Save your credentials' })).toBeHidden();
    expect(await pageState(page)).not.toContain(secret);
    expect(await countKeys(page, paths)).toBe(before + 1);
  });

  test('controls that require JavaScript are hidden', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}/new`);
    await fillKey(page, unique('Plain'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await expect(reveal).toBeVisible();
    await expect(reveal.getByRole('button', { name: /Copy|Download/ })).toHaveCount(0);
    await expect(reveal.getByText(/first request will appear/)).toBeVisible();
  });

  test('the page with the secret cannot be left without the checkbox', async ({ page, open, signInAs }) => {
    const paths = await signInAs(people.owner);
    await open(`${paths.keys}/new`);
    await fillKey(page, unique('Plain'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Done' }).click();
    await expect(reveal).toBeVisible();
    await confirmStored(page);
  });
});
