// A page that cannot be fetched in place.
import { createKey, expect, failedResponse, people, row, test, unique } from '../fixtures.ts';

test('a list that cannot be fetched keeps its rows, and offers to try again', { tag: '@js' }, async ({ page, open, signInAs, browserErrors }) => {
  browserErrors.allow(/net::ERR_FAILED/);
  browserErrors.allow(failedResponse(503));
  const paths = await signInAs(people.owner);
  const [one, two] = [await createKey(page, paths, unique('Kept')), await createKey(page, paths, unique('Other'))];
  await open(paths.keys);
  const strip = page.getByRole('alert').filter({ hasText: 'Couldn\'t refresh' });
  const search = page.getByRole('searchbox', { name: 'Search keys' });
  await expect(strip).toHaveCount(0);

  let answer: 'abort' | 'unavailable' = 'abort';
  await page.route(/search=/, (route) =>
    answer === 'abort' ? route.abort() : route.fulfill({ status: 503, contentType: 'text/html', body: '<title>Busy</title>' }),
  );
  await search.fill(one.name);
  await expect(strip).toBeVisible();
  await expect(row(page, two.name)).toBeVisible();
  answer = 'unavailable';
  await strip.getByRole('link', { name: 'Retry' }).click();
  await expect(page.locator('.progress')).toHaveCount(0);
  await expect(strip).toBeVisible();
  await expect(row(page, two.name)).toBeVisible();
  await expect(search).toHaveValue(one.name);

  await page.unroute(/search=/);
  await strip.getByRole('link', { name: 'Retry' }).click();
  await expect(row(page, two.name)).toHaveCount(0);
  await expect(row(page, one.name)).toBeVisible();
  await expect(strip).toHaveCount(0);
});
