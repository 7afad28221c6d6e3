// web3.js warns of an optional native part that it does without; nobody who runs the demo can do anything about it.
const { warn } = console
console.warn = (...texts: unknown[]) => {
  if (!String(texts[0]).startsWith("bigint: Failed to load bindings")) warn(...texts)
}
