import type { CDPSession, Page } from '@playwright/test';
import { confirmStored, expect, fillKey, people, test, unique } from '../fixtures.ts';

// A trace stores copies of the page's fields inside the page.
test.use({ trace: 'off' });

/** Records the WebAssembly memories of the page, which cannot be reached otherwise. */
async function recordMemories(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const kept: WebAssembly.Memory[] = [];
    Object.assign(globalThis, { memories: kept });
    const keep = <T extends WebAssembly.WebAssemblyInstantiatedSource | WebAssembly.Instance>(made: T): T => {
      const instance: WebAssembly.Instance = 'instance' in made ? made.instance : made;
      const { memory } = instance.exports;
      if (memory instanceof WebAssembly.Memory) kept.push(memory);
      return made;
    };
    const { instantiate, instantiateStreaming } = WebAssembly;
    Object.assign(WebAssembly, {
      instantiate: async (...given: Parameters<typeof instantiate>) => keep(await instantiate(...given)),
      instantiateStreaming: async (...given: Parameters<typeof instantiateStreaming>) =>
        keep(await instantiateStreaming(...given)),
    });
  });
}

/** Counts texts with the format of a secret in the WebAssembly memories, without leaving a copy. */
async function countInWebAssembly(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { memories } = globalThis as unknown as { memories: WebAssembly.Memory[] };
    if (memories.length === 0) throw new Error('there is no WebAssembly in this page');
    const [a, s, l, t, line] = [...'aslt_'].map((sign) => sign.charCodeAt(0)) as [number, number, number, number, number];
    const inBase62 = (byte: number) =>
      (byte >= 48 && byte < 58) || (byte >= 65 && byte < 91) || (byte >= 97 && byte < 123);
    let found = 0;
    for (const { buffer } of memories) {
      const bytes = new Uint8Array(buffer);
      for (let at = bytes.indexOf(line); at >= 0; at = bytes.indexOf(line, at + 1)) {
        const begins = bytes[at - 3] === a && bytes[at - 2] === s && [l, t].includes(bytes[at - 1] ?? 0);
        if (begins && bytes.subarray(at + 1, at + 50).every(inBase62)) found += 1;
      }
    }
    return found;
  });
}

/** Counts texts with the format of a secret in the memory of JavaScript. */
async function countInJavaScript(devtools: CDPSession): Promise<number> {
  let snapshot = '';
  const collect = ({ chunk }: { chunk: string }) => {
    snapshot += chunk;
  };
  await devtools.send('HeapProfiler.collectGarbage');
  devtools.on('HeapProfiler.addHeapSnapshotChunk', collect);
  await devtools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  devtools.off('HeapProfiler.addHeapSnapshotChunk', collect);
  return snapshot.match(/as[lt]_[0-9A-Za-z]{49}/g)?.length ?? 0;
}

test('a secret is not in the memory of the program while it is shown, nor in that of scripts afterwards', { tag: '@js' }, async ({
  page,
  open,
  signInAs,
  context,
}) => {
  await recordMemories(page);
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  await fillKey(page, unique('Forgotten'));
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  const field = page.getByRole('dialog').getByRole('textbox', { name: 'Secret key', exact: true });
  await expect(field).toBeVisible();
  expect(await countInWebAssembly(page)).toBe(0);
  // The search finds a secret that is there.
  await page.evaluate(() => {
    const { memories } = globalThis as unknown as { memories: WebAssembly.Memory[] };
    const secret = document.querySelector<HTMLInputElement>('#reveal-secret')?.value ?? '';
    new TextEncoder().encodeInto(secret, new Uint8Array(memories[0]?.buffer ?? new ArrayBuffer(0), 64));
  });
  expect(await countInWebAssembly(page)).toBe(1);

  await confirmStored(page);
  const devtools = await context.newCDPSession(page);
  expect(await countInJavaScript(devtools)).toBe(0);
});

test('a page that showed a secret is loaded anew when the reader comes back to it', { tag: '@js' }, async ({
  page,
  open,
  signInAs,
}) => {
  const paths = await signInAs(people.owner);
  await open(`${paths.keys}/new`);
  await fillKey(page, unique('Left'));
  await page.getByRole('button', { name: 'Generate API Key' }).click();
  await confirmStored(page);
  await page.goBack();
  await expect(page.getByRole('dialog', { name: 'Save your credentials' })).toHaveCount(0);
  expect(await page.content()).not.toMatch(/as[lt]_[0-9A-Za-z]{49}/);
});
