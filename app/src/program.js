// Fetches and starts the program at the first pointer, key or focus: until then links and plain forms do everything.
const root = document.documentElement;
// By how much the server's clock is ahead. The program may start an hour later.
root.dataset.ahead = root.dataset.now - Date.now();
// What asks for passkeys is hidden in a browser that has none, or cannot read their options.
const { parseCreationOptionsFromJSON: create, parseRequestOptionsFromJSON: get } = window.PublicKeyCredential ?? {};
if (!(create && get)) root.dataset.noPasskeys = "";
const INTENT = ["pointermove", "pointerdown", "keydown", "focusin"];
// Dialogs become modal and live parts are updated only by the program, so pages with one of them start it at once.
const LIVE = "dialog[open], [data-live]";
// A dialog was closed to come here: the focus returns to what opened it.
const isBelowDialog = () => {
  try {
    return "latchkey-closed-dialog" in sessionStorage;
  } catch {
    return false;
  }
};
// Controls that only the program can serve: the last click on one is repeated once the program has started, and the island around
// it is hydrated.
const NEEDS_PROGRAM = "button[data-needs-js], [data-needs-js] button";
// Single keys that may be shortcuts: the program knows where they are text.
const SHORTCUTS = ["/", "c", "j", "k", "?"];
// How long a page waits for its islands before it counts as started.
const PATIENCE_MS = 3000;

// What was asked for before the program had started, and is done then.
let clicked = null;
let pressed = null;
let started = false;
const ready = new WeakSet();
const remember = ({ target }) => {
  const control = target.closest?.(NEEDS_PROGRAM);
  const island = control?.closest("leptos-island");
  // A program that has started misses only what happens in islands that are not hydrated.
  if (control && (island ? !ready.has(island) : !started)) clicked = control;
};
const repeatClick = () => {
  const control = clicked;
  clicked = null;
  if (control?.isConnected) control.click();
};
// Escape closes a dialog once the program has made it modal: an earlier one clicks the link that closes it.
const press = (event) => {
  const { key, ctrlKey, metaKey } = event;
  if (key === "Escape") clicked = document.querySelector("dialog[open]:not(:modal) a[data-close]") ?? clicked;
  if (key?.toLowerCase() === "k" && (ctrlKey || metaKey) && document.getElementById("command-menu")) {
    event.preventDefault();
    pressed = event;
  } else if (SHORTCUTS.includes(key)) pressed ??= event;
};

// What the reader can type or choose in a form that is lost with the page; not what the browser has filled in.
const FIELDS = "main.page form[method='post'] :is(input, select, textarea):not(:autofill)";
const isChanged = (field) => {
  const { type, options } = field;
  if (["checkbox", "radio"].includes(type)) return field.checked !== field.defaultChecked;
  const initial = options ? field.querySelector("[selected]") ?? options[0] : null;
  return field.value !== (initial ? initial.value : field.defaultValue);
};

let program;
const hydrated = new WeakSet();
// Hydrates the islands that are new. One that fails, or never answers, leaves the others and the page alone.
const hydrate = () => {
  const all = [...document.querySelectorAll("leptos-island")].filter((island) => !hydrated.has(island));
  const done = all.map(async (island) => {
    hydrated.add(island);
    try {
      await program[island.dataset.component](island);
      ready.add(island);
      // Its code came after it had left the page.
      if (!island.isConnected) island.$$dispose?.();
    } catch (error) {
      reportError(error);
    }
    if (clicked?.closest("leptos-island") === island) repeatClick();
  });
  return Promise.race([Promise.all(done), new Promise((late) => setTimeout(late, PATIENCE_MS))]);
};

const start = async () => {
  INTENT.forEach((event) => removeEventListener(event, start));
  try {
    program = await import("/pkg/latchkey.js");
    await program.default({ module_or_path: "/pkg/latchkey.wasm" });
    program.start();
    started = true;
    removeEventListener("keydown", press);
    // The program marks forms in which something is typed, and did not hear of what was typed earlier.
    const typed = [...document.querySelectorAll(FIELDS)].filter(isChanged);
    typed.forEach((field) => field.dispatchEvent(new Event("input", { bubbles: true })));
    if (!clicked?.closest("leptos-island")) repeatClick();
    pressed?.target.isConnected && pressed.target.dispatchEvent(new KeyboardEvent("keydown", pressed));
    addEventListener("latchkey:islands", hydrate);
    await hydrate();
    root.dataset.js = "";
  } finally {
    removeEventListener("click", remember);
    removeEventListener("keydown", press);
    // Without the program, controls that need it are hidden, as in a browser without JavaScript.
    if (!("js" in root.dataset)) root.dataset.failed = "";
  }
};

addEventListener("click", remember);
addEventListener("keydown", press);
if (document.querySelector(LIVE) || isBelowDialog()) {
  // The page is painted first; a hidden page has no frames.
  const whenPainted = () => (document.hidden ? start() : requestAnimationFrame(() => setTimeout(start)));
  document.readyState === "complete" ? whenPainted() : addEventListener("load", whenPainted, { once: true });
} else {
  INTENT.forEach((event) => addEventListener(event, start, { passive: true }));
}
