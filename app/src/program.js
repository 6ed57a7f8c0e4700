// All that a page needs is fetched at once, but after the page itself can be seen.
const fetchAhead = (file) => {
  const link = document.createElement("link");
  Object.assign(link, { rel: "preload", as: "fetch", type: "application/wasm", crossOrigin: "anonymous", href: `/pkg/${file}.wasm` });
  document.head.append(link);
};
const fetchAndStart = async () => {
  fetchAhead("latchkey");
  for (const { content } of document.querySelectorAll("meta[name=chunk]")) content.split(" ").slice(1).forEach(fetchAhead);
  const program = await import("/pkg/latchkey.js");
  await program.default({ module_or_path: "/pkg/latchkey.wasm" });
  program.hydrate();
};
// A page that nobody looks at has no frames.
const start = () => (document.hidden ? fetchAndStart() : requestAnimationFrame(() => setTimeout(fetchAndStart)));
document.readyState === "complete" ? start() : addEventListener("load", start, { once: true });
