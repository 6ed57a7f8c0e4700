// Fetches and starts the program at the first pointer, key or focus: until then links and plain forms do everything.
const root = document.documentElement;
const INTENT = ["pointermove", "pointerdown", "keydown", "focusin"];
// Dialogs become modal and live parts are updated only by the program, so pages with one of them start it at once.
const LIVE = "dialog[open], [data-live]";
// Controls that only the program can serve: the last click on one is repeated once the program has started.
const NEEDS_PROGRAM = "button[data-needs-js], [data-needs-js] button";

let clicked = null;
const remember = ({ target }) => {
  clicked = target.closest?.(NEEDS_PROGRAM) ?? clicked;
};

let program;
const hydrated = new WeakSet();
// Hydrates the islands that are new. One that fails leaves the others alone.
const hydrate = async () => {
  for (const island of document.querySelectorAll("leptos-island")) {
    if (hydrated.has(island)) continue;
    hydrated.add(island);
    try {
      await program[island.dataset.component](island);
    } catch (error) {
      reportError(error);
    }
  }
};

const start = async () => {
  INTENT.forEach((event) => removeEventListener(event, start));
  try {
    program = await import("/pkg/latchkey.js");
    await program.default({ module_or_path: "/pkg/latchkey.wasm" });
    program.start();
    addEventListener("latchkey:islands", hydrate);
    await hydrate();
    root.dataset.js = "";
  } finally {
    removeEventListener("click", remember);
    // Without the program, controls that need it are hidden, as in a browser without JavaScript.
    if (!("js" in root.dataset)) root.dataset.failed = "";
  }
  clicked?.isConnected && clicked.click();
};

addEventListener("click", remember);
if (document.querySelector(LIVE)) {
  // The page is painted first; a hidden page has no frames.
  const whenPainted = () => (document.hidden ? start() : requestAnimationFrame(() => setTimeout(start)));
  document.readyState === "complete" ? whenPainted() : addEventListener("load", whenPainted, { once: true });
} else {
  INTENT.forEach((event) => addEventListener(event, start, { passive: true }));
}
