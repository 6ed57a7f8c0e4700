import { readFile } from 'node:fs/promises';
import {
  KEY_ID,
  SECRET,
  answered,
  confirmStored,
  countKeys,
  createKey,
  everythingKept,
  expect,
  fillKey,
  makeSignInStale,
  people,
  readCredentials,
  row,
  signIn,
  test,
  unique,
  whoami,
} from '../fixtures.ts';
import { startServer } from '../server.ts';

test('a new key works at the gate, and its secret is seen once', async ({ page, open, as, server }) => {
  const place = await as(people.developer);
  const name = unique('Checkout server');
  await open(place.keys);
  await page.getByRole('link', { name: 'Create API Key' }).click();
  await expect(page).toHaveURL(`${place.keys}/new`);
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
  await expect(page).toHaveURL(place.keys);
  expect(await everythingKept(page)).not.toContain(secret);
  const mask = `${id.slice(0, 8)}${'•'.repeat(8)}${id.slice(-4)}`;
  await expect(row(page, name)).toContainText(mask);
  await expect(row(page, name)).toContainText('Active');
  await expect(row(page, name)).not.toContainText('Secret not confirmed');

  // Neither the page of the key nor a new visit knows the secret.
  await row(page, name).getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  expect(await everythingKept(page)).not.toContain(secret);
  await open(place.keys);
  expect(await everythingKept(page)).not.toContain(secret);
});

test('a rate limit is held to at the gate', async ({ page, open, as, server }) => {
  const place = await as(people.owner);
  await open(`${place.keys}/new`);
  await fillKey(page, unique('Limited'));
  await page.getByRole('textbox', { name: 'Rate limit' }).fill('2');
  await page.getByRole('combobox', { name: 'Window' }).selectOption('day');
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const pair = await readCredentials(page);
  expect((await whoami(server.url, pair)).status()).toBe(200);
  expect((await whoami(server.url, pair)).status()).toBe(200);
  expect((await whoami(server.url, pair)).status()).toBe(429);
});

test('the date and the warning appear with the choice, whether or not scripts run', async ({ page, open, as }) => {
  const place = await as(people.owner);
  await open(`${place.keys}/new`);
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  const choice = dialog.getByRole('combobox', { name: 'Expiration' });
  const warning = dialog.getByText(/until somebody revokes it/);
  await expect(dialog.getByLabel('Last day')).toBeHidden();
  await expect(warning).toBeHidden();
  await choice.selectOption('custom');
  await expect(dialog.getByLabel('Last day')).toBeVisible();
  await choice.selectOption('never');
  await expect(dialog.getByLabel('Last day')).toBeHidden();
  await expect(warning).toBeVisible();
});

test('a sign-in of more than ten minutes ago is asked for the password in the same form', async ({
  page,
  open,
  as,
  server,
  database,
  watch,
}) => {
  test.skip(database === 'sqlite', 'an SQLite file belongs to the server that serves it');
  watch.expect(answered(422));
  watch.expect(answered(403));
  const place = await as(people.owner);
  await signIn(page, people.owner);
  await open(`${place.keys}/new`);
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
  await expect(password).toHaveAccessibleDescription(/not your password/);
  await password.fill(people.owner.password);
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  expect((await readCredentials(page)).secret).toMatch(SECRET);
  await confirmStored(page);
});

test('what stands beforehand is careful: no scope is ticked, 90 days are chosen', async ({ page, open, as }) => {
  const place = await as(people.owner);
  await open(`${place.keys}/new`);
  const dialog = page.getByRole('dialog', { name: 'Create API Key' });
  await expect(dialog.getByRole('checkbox', { checked: true })).toHaveCount(0);
  await expect(dialog.getByRole('combobox', { name: 'Expiration' })).toHaveValue('90');
  await expect(dialog.getByRole('textbox', { name: 'Description' })).toBeVisible();
  await expect(dialog.getByRole('textbox', { name: 'Allowed IP addresses' })).toBeVisible();
  await expect(dialog.getByRole('radio', { name: 'Test' })).toBeVisible();
});

test('markup in a name is text', async ({ page, open, as }) => {
  const place = await as(people.owner);
  const name = unique('<img src=x onerror=alert(1)>');
  await createKey(page, open, place, name);
  await expect(row(page, name)).toBeVisible();
  await row(page, name).getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});

test('a key with an address list is refused from elsewhere', async ({ page, open, as, server }) => {
  const place = await as(people.owner);
  await open(`${place.keys}/new`);
  await fillKey(page, unique('Fenced'));
  await page.getByRole('textbox', { name: 'Allowed IP addresses' }).fill('203.0.113.0/24\n2001:db8::/32');
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const pair = await readCredentials(page);
  const answer = await whoami(server.url, pair);
  expect(answer.status()).toBe(403);
  expect(await answer.json()).toMatchObject({ code: 'ip_not_allowed' });
});

test('a wrong secret is refused as an unknown key is', async ({ page, open, as, server }) => {
  const place = await as(people.owner);
  const one = await createKey(page, open, place, unique('One'));
  const other = await createKey(page, open, place, unique('Other'));
  const answer = await whoami(server.url, { id: one.id, secret: other.secret });
  expect(answer.status()).toBe(401);
  expect(await answer.json()).toMatchObject({ code: 'invalid_credentials' });
  expect(answer.headers()['www-authenticate']).toContain('ApiKey realm="latchkey"');
});

test.describe('the form listens', { tag: '@js' }, () => {
  test.beforeEach(async ({ open, as }) => {
    const place = await as(people.owner);
    await open(`${place.keys}/new`);
  });

  test('presets tick the boxes, a search narrows them, and neither loses what is ticked', async ({ page }) => {
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
    await expect(dialog.getByText('No scope matches')).toBeVisible();
    await dialog.getByRole('searchbox').fill('');
    await expect(box('invoice:delete')).toBeChecked();
    await expect(box('wallet:update')).not.toBeChecked();
  });

  test('a field is checked when it is left, and at every key once it was wrong', async ({ page }) => {
    const dialog = page.getByRole('dialog', { name: 'Create API Key' });
    const addresses = dialog.getByRole('textbox', { name: 'Allowed IP addresses' });
    await addresses.fill('10.0.0.0/33');
    await expect(addresses).not.toHaveAttribute('aria-invalid');
    await addresses.press('Tab');
    await expect(addresses).toHaveAccessibleDescription(/10\.0\.0\.0\/33” is neither/);
    await addresses.fill('10.0.0.0/3');
    await expect(addresses).not.toHaveAttribute('aria-invalid');
    const rate = dialog.getByRole('textbox', { name: 'Rate limit' });
    await rate.fill('many');
    await rate.press('Tab');
    await expect(rate).toHaveAccessibleDescription(/whole number/);
    await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('custom');
    await dialog.getByLabel('Last day').fill('2199-01-01');
    await dialog.getByLabel('Last day').blur();
    await expect(dialog.getByLabel('Last day')).toHaveAccessibleDescription(/ten years/);
    await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('30');
    await dialog.getByRole('combobox', { name: 'Expiration' }).selectOption('custom');
    await expect(dialog.getByLabel('Last day')).not.toHaveAttribute('aria-invalid');
  });

  test('a double click makes one key', async ({ page, as, server }) => {
    const place = await as(people.owner);
    const before = await countKeys(page, server.url, place);
    await fillKey(page, unique('Once'));
    await page.getByRole('button', { name: 'Generate API Key' }).dblclick();
    await readCredentials(page);
    expect(await countKeys(page, server.url, place)).toBe(before + 1);
  });
});

test('without HTTPS the credentials can be copied all the same', { tag: '@js' }, async ({ page, database, watch }) => {
  const server = await startServer({ database, people: [people.owner], host: 'keys.lan' });
  const lan = server.url.replace('127.0.0.1', 'keys.lan');
  try {
    watch.expect(/request to another site: http:\/\/keys\.lan/);
    watch.expect(/Cross-Origin-Opener-Policy/);
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
    // The page asks for the key's first use until it is closed.
    await page.close();
    await server.stop();
  }
});

test.describe('with scripts', { tag: '@js' }, () => {
  test.beforeEach(async ({ page, open, as }) => {
    const place = await as(people.owner);
    await open(`${place.keys}/new`);
    await fillKey(page, unique('Scripted'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    await expect(page.getByRole('dialog', { name: 'Save your credentials' })).toBeVisible();
  });

  test('both credentials can be copied, and the page says so', async ({ page, context }) => {
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

  test('a copy that fails is not called copied', async ({ page }) => {
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
      document.execCommand = () => false;
    });
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Copy secret key' }).click();
    await expect(reveal.getByRole('status')).toHaveText(/failed/i);
    await expect(reveal.getByText('Copied', { exact: true })).toHaveCount(0);
  });

  test('neither Escape nor the backdrop closes the secret', async ({ page }) => {
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

  test('the focus is in the dialog when it opens', async ({ page }) => {
    await expect
      .poll(() =>
        page
          .getByRole('dialog', { name: 'Save your credentials' })
          .evaluate((dialog) => dialog.contains(document.activeElement)),
      )
      .toBe(true);
  });

  test('closing without the tick asks again', async ({ page }) => {
    const { secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Done' }).click();
    await expect(reveal.getByRole('alert')).toContainText('cannot be shown again');
    await expect(reveal.getByRole('textbox', { name: 'Secret key' })).toHaveValue(secret);
    await confirmStored(page);
  });

  test('who closes without storing finds the key marked so', async ({ page, as }) => {
    const place = await as(people.owner);
    const { secret } = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Done' }).click();
    await reveal.getByRole('button', { name: 'Close without storing' }).click();
    await expect(page).toHaveURL(place.keys);
    await expect(page.getByRole('table').getByText('Secret not confirmed').first()).toBeVisible();
    expect(await everythingKept(page)).not.toContain(secret);
  });

  test('the page waits for the first request, and says when it has come', async ({ page, server }) => {
    const pair = await readCredentials(page);
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await expect(reveal.getByText('Waiting for the first request…')).toBeVisible();
    expect((await whoami(server.url, pair)).status()).toBe(200);
    await expect(reveal.getByText('First request received, from 127.0.0.1.')).toBeVisible();
    await expect(reveal.getByText('Waiting for the first request…')).toHaveCount(0);
  });

  test('the line for a terminal calls this server', async ({ page, server }) => {
    const { id } = await readCredentials(page);
    const line = await page.getByRole('dialog').locator('pre').innerText();
    expect(line).toContain(`x-client-key: ${id}`);
    expect(line).toContain(`${server.url}/v1/whoami`);
  });

  test('the .env file holds both credentials', async ({ page }) => {
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

  test('the way back in the history shows no secret', async ({ page }) => {
    const { secret } = await readCredentials(page);
    await confirmStored(page);
    await page.goBack();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await everythingKept(page)).not.toContain(secret);
    await page.goForward();
    await expect(page.getByRole('heading', { name: 'API Keys', level: 1 })).toBeVisible();
    expect(await everythingKept(page)).not.toContain(secret);
  });

  test('a reload of the page with the secret shows it no more', async ({ page }) => {
    const { secret } = await readCredentials(page);
    await page.reload();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await everythingKept(page)).not.toContain(secret);
  });
});

test.describe('without scripts', { tag: '@no-js' }, () => {
  test('the secret is in one answer that nobody may store, and sending the form again makes no second key', async ({
    page,
    open,
    as,
    server,
  }) => {
    const place = await as(people.owner);
    await open(`${place.keys}/new`);
    await fillKey(page, unique('Plain'));
    const before = await countKeys(page, server.url, place);
    const posted = page.waitForResponse((answer) => answer.request().method() === 'POST');
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const answer = await posted;
    expect(answer.status()).toBe(200);
    expect(answer.headers()['cache-control']).toContain('no-store');
    const { secret } = await readCredentials(page);
    expect(page.url()).not.toContain(secret);
    expect(await countKeys(page, server.url, place)).toBe(before + 1);

    const again = await page.reload();
    expect(again?.request().method(), 'the reload sends the form again').toBe('POST');
    await expect(page.getByRole('dialog', { name: 'Save your credentials' })).toBeHidden();
    expect(await everythingKept(page)).not.toContain(secret);
    expect(await countKeys(page, server.url, place)).toBe(before + 1);
  });

  test('what needs scripts is out of sight', async ({ page, open, as }) => {
    const place = await as(people.owner);
    await open(`${place.keys}/new`);
    await fillKey(page, unique('Plain'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await expect(reveal).toBeVisible();
    await expect(reveal.getByRole('button', { name: /Copy|Download/ })).toHaveCount(0);
    await expect(reveal.getByText(/the page of the key says when it came/)).toBeVisible();
  });

  test('the secret cannot be left without the tick', async ({ page, open, as }) => {
    const place = await as(people.owner);
    await open(`${place.keys}/new`);
    await fillKey(page, unique('Plain'));
    await page.getByRole('button', { name: 'Generate API Key' }).click();
    const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
    await reveal.getByRole('button', { name: 'Done' }).click();
    await expect(reveal).toBeVisible();
    await confirmStored(page);
  });
});
