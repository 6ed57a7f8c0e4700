import { createKey, expect, people, row, test, toast, unique, whoami } from '../fixtures.ts';
import { LEASE } from '../server.ts';

// A server of its own, because a node is killed.
test.use({ initialPeople: [Object.values(people), { scope: 'worker' }] });

test('the page says on how many nodes a revoked key is rejected, and it is', { tag: '@js' }, async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Importer'));
  for (const node of server.nodes) {
    expect((await whoami(node.url, key)).status()).toBe(200);
  }
  await open(`${paths.keys}/${key.id}/revoke`);
  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('textbox', { name: 'Type the key name to confirm' }).fill(key.name);
  await dialog.getByRole('button', { name: 'Revoke key' }).click();
  await expect(toast(page, `${key.name} revoked. Rejected on 3 of 3 nodes after`)).toHaveText(/ after \d+(\.\d)? m?s\.$/);
  for (const node of server.nodes) {
    expect((await whoami(node.url, key)).status()).toBe(401);
  }
});

test('several keys are revoked on all nodes', { tag: '@js' }, async ({ page, open, signInAs }) => {
  const paths = await signInAs(people.owner);
  const names = [unique('First'), unique('Second')];
  for (const name of names) {
    await createKey(page, paths, name);
  }
  await open(paths.keys);
  for (const name of names) {
    await row(page, name).getByRole('checkbox').check();
  }
  await page.getByRole('button', { name: 'Deactivate', exact: true }).click();
  await expect(page.getByText('2 keys deactivated. Rejected on 3 of 3 nodes after')).toBeVisible();
});

test('the page with a new secret says on how many nodes the old one is rejected', { tag: '@js' }, async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const old = await createKey(page, paths, unique('Replaced'));
  await open(`${paths.keys}/${old.id}/regenerate`);
  const dialog = page.getByRole('dialog', { name: 'Regenerate secret' });
  await dialog.getByRole('combobox', { name: 'Old key stops working' }).selectOption('now');
  await dialog.getByRole('button', { name: 'Regenerate secret' }).click();
  const reveal = page.getByRole('dialog', { name: 'Save your credentials' });
  await expect(reveal).toContainText(/The old pair has stopped working; .*\. Rejected on 3 of 3 nodes after \d+(\.\d)? m?s\./);
  for (const node of server.nodes) {
    expect((await whoami(node.url, old)).status()).toBe(401);
  }
});

test('a page that waits for a node names it, and says how long it takes', { tag: '@js' }, async ({ page, open, signInAs, server }) => {
  const paths = await signInAs(people.owner);
  const key = await createKey(page, paths, unique('Exporter'));
  await open(`${paths.keys}/${key.id}/revoke`);
  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('textbox', { name: 'Type the key name to confirm' }).fill(key.name);
  const dead = server.nodes[2];
  dead?.signal('SIGKILL');
  await dialog.getByRole('button', { name: 'Revoke key' }).click();
  await expect(dialog.getByText(`Waiting for ${dead?.name} to respond, ${Math.ceil(1.05 * LEASE)} s at most…`)).toBeVisible();
  await expect(toast(page, `${key.name} revoked. Rejected on 2 of 3 nodes after`)).toContainText(
    "The other one didn't respond and accepts no keys until it is up to date.",
    { timeout: 3 * LEASE * 1_000 },
  );
  await page.goto(paths.keys);
  for (const node of server.nodes.slice(0, 2)) {
    expect((await whoami(node.url, key)).status()).toBe(401);
  }
});
