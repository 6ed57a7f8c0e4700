import {
  createKey,
  expect,
  failedResponse,
  keyStatus,
  makeSignInStale,
  openKeyMenu,
  people,
  row,
  signIn,
  test,
  toast,
  unique,
  waitUntilInteractive,
  whoami,
} from '../fixtures.ts';

test('a deactivated key is refused until it is activated again', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.developer);
  const key = await createKey(page, paths, unique('Pausing'));
  await open(paths.keys);
  const here = row(page, key.name);
  expect((await whoami(server.url, key)).status()).toBe(200);

  await here.getByRole('button', { name: `Actions for ${key.name}` }).click();
  await here.getByRole('button', { name: 'Deactivate' }).click();
  await expect(here).toContainText('Inactive');
  const refused = await whoami(server.url, key);
  expect(refused.status()).toBe(401);
  expect(await refused.json()).toMatchObject({ code: 'key_inactive' });

  await open(paths.keys);
  await here.getByRole('button', { name: `Actions for ${key.name}` }).click();
  await here.getByRole('button', { name: 'Activate' }).click();
  await expect(here.getByText('Active', { exact: true })).toBeVisible();
  expect((await whoami(server.url, key)).status()).toBe(200);
});

for (const where of ['the list', 'the page of the key']) {
  test(`on ${where}, activating a key requires the password if the sign-in is more than ten minutes old`, async ({
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
    const paths = await signInAs(people.developer);
    await signIn(page, people.developer);
    const key = await createKey(page, paths, unique('Asleep'));
    const path = where === 'the list' ? paths.keys : `${paths.keys}/${key.id}`;
    await open(`${paths.keys}/${key.id}`);
    await openKeyMenu(page, key.name);
    await page.getByRole('main').getByRole('button', { name: 'Deactivate' }).click();
    await expect(keyStatus(page)).toHaveText('Inactive');

    await open(path);
    await makeSignInStale(server);
    if (where === 'the list') {
      await row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` }).click();
      await row(page, key.name).getByRole('button', { name: 'Activate' }).click();
    } else {
      await openKeyMenu(page, key.name);
      await page.getByRole('main').getByRole('button', { name: 'Activate', exact: true }).click();
    }
    const question = page.getByRole('alert').filter({ has: page.getByLabel('Password', { exact: true }) });
    const password = question.getByLabel('Password', { exact: true });
    await expect(password).toBeVisible();
    expect((await whoami(server.url, key)).status()).toBe(401);

    await password.fill('not the password');
    await question.getByRole('button', { name: 'Activate' }).click();
    await expect(password).toHaveAccessibleDescription(/Incorrect password/);
    expect((await whoami(server.url, key)).status()).toBe(401);

    await password.fill(people.developer.password);
    await question.getByRole('button', { name: 'Activate' }).click();
    await expect(page).toHaveURL(path);
    await expect(question).toBeHidden();
    if (where === 'the list') {
      await expect(row(page, key.name).getByText('Active', { exact: true })).toBeVisible();
    } else {
      await expect(keyStatus(page)).toHaveText('Active');
    }
    expect((await whoami(server.url, key)).status()).toBe(200);
  });
}

test('refreshing the list keeps the scroll position and the focus', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.developer);
  const other = await createKey(page, paths, unique('Beside'));
  const key = await createKey(page, paths, unique('Pausing'));
  await open(paths.keys);
  const opener = (name: string) => row(page, name).getByRole('button', { name: `Actions for ${name}` });
  await opener(key.name).focus();
  await page.keyboard.press('Enter');
  await row(page, key.name).getByRole('button', { name: 'Deactivate' }).focus();
  await page.keyboard.press('Enter');
  await expect(row(page, key.name)).toContainText('Inactive');
  await expect(row(page, key.name).getByRole('button', { name: 'Activate' })).toBeHidden();
  await expect(opener(key.name)).toBeFocused();
  await expect(row(page, other.name).getByRole('button', { name: 'Deactivate' })).toBeHidden();
});

test('a key is deactivated on its page, which lists who changed it', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.developer);
  const key = await createKey(page, paths, unique('Pausing'));
  await open(`${paths.keys}/${key.id}`);
  const main = page.getByRole('main');
  await openKeyMenu(page, key.name);
  await main.getByRole('button', { name: 'Deactivate' }).click();
  await expect(keyStatus(page)).toHaveText('Inactive');
  expect((await whoami(server.url, key)).status()).toBe(401);
  await openKeyMenu(page, key.name);
  await main.getByRole('button', { name: 'Activate', exact: true }).click();
  await expect(keyStatus(page)).toHaveText('Active');
  expect((await whoami(server.url, key)).status()).toBe(200);
  await main.getByRole('link', { name: 'History' }).click();
  const history = page.getByRole('region', { name: 'History' });
  await expect(history.getByRole('listitem').first()).toContainText(people.developer.email);
  await expect(history.getByRole('listitem')).toHaveCount(4);
});

test('the page of a key shows its last use', async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('In use'));
  await open(`${paths.keys}/${key.id}`);
  await expect(page.getByText('Never used')).toBeVisible();
  expect((await whoami(server.url, key)).status()).toBe(200);
  // The last use is written once a second.
  await expect(async () => {
    await open(`${paths.keys}/${key.id}`);
    await expect(page.getByText('Never used')).toHaveCount(0, { timeout: 500 });
  }).toPass();
  const figures = page.getByRole('main').locator('.key-figures');
  await expect(figures).toContainText('127.0.0.1');
  await expect(figures).toContainText(/Requests, 24 h\s*1\s*None the day before/);
  await expect(page.getByRole('region', { name: 'Details' })).toContainText('GET /v1/whoami');
  await expect(page.getByRole('region', { name: 'Usage' })).toContainText('Accepted 1');
});

test('a deactivation is reported with a way to undo it', async ({ page, open, signInAs, javaScriptEnabled }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Undo'));
  await open(paths.keys);
  await row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` }).click();
  await row(page, key.name).getByRole('button', { name: 'Deactivate' }).click();
  const toasts = page.getByRole('region', { name: 'Notifications' });
  await expect(toasts).toContainText(`${key.name} deactivated`);
  await expect(row(page, key.name)).toContainText('Inactive');
  if (javaScriptEnabled) {
    await expect(page.getByRole('status').filter({ hasText: `${key.name} deactivated` })).toBeAttached();
  }
  await toasts.getByRole('button', { name: 'Undo' }).click();
  await expect(toasts).toContainText(`${key.name} activated`);
  await expect(row(page, key.name).getByText('Active', { exact: true })).toBeVisible();
  await page.reload();
  await expect(toasts.getByText(key.name)).toHaveCount(0);
});

test('a report that takes the place of another one is shown as long', { tag: '@js' }, async ({ page, signInAs }) => {
  const paths = await signInAs(people.owner);
  const keys = [await createKey(page, paths, unique('First')), await createKey(page, paths, unique('Second'))] as const;
  await page.clock.install();
  await page.goto(paths.keys);
  await waitUntilInteractive(page);
  for (const key of keys) {
    await row(page, key.name).getByRole('button', { name: `Actions for ${key.name}` }).click();
    await row(page, key.name).getByRole('button', { name: 'Deactivate' }).click();
    await expect(toast(page, `${key.name} deactivated`)).toBeVisible();
    // Each is shown for eight seconds.
    await page.clock.runFor(4_500);
  }
  await expect(toast(page, `${keys[1].name} deactivated`)).toBeVisible();
  await page.clock.runFor(4_500);
  await expect(toast(page, `${keys[1].name} deactivated`)).toHaveCount(0);
});

test('a key that was used in the last hour is deactivated after a question that shows its requests', async ({
  page,
  open,
  signInAs,
  server,
}) => {
  const paths = await signInAs(people.developer);
  const key = await createKey(page, paths, unique('Busy'));
  expect((await whoami(server.url, key)).status()).toBe(200);
  await open(`${paths.keys}/${key.id}`);
  await openKeyMenu(page, key.name);
  await page.getByRole('main').getByRole('link', { name: 'Deactivate' }).click();
  const question = page.getByRole('alertdialog', { name: `Deactivate ${key.name}?` });
  await expect(question).toContainText('This key is in use: 1 request in the last minute.');
  expect((await whoami(server.url, key)).status()).toBe(200);
  await question.getByRole('button', { name: 'Deactivate' }).click();
  await expect(page).toHaveURL(`${paths.keys}/${key.id}`);
  await expect(keyStatus(page)).toHaveText('Inactive');
  expect((await whoami(server.url, key)).status()).toBe(401);
});
