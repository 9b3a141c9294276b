// Reads from each line of stdin a code, and writes what it has called, by name and with what; or that it was refused.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { evaluate, NotOurs } = await import(pathToFileURL(process.argv[2]));

const tried = (code) => {
  const said = [];
  const note =
    (name) =>
    (...given) => {
      said.push([name, ...given]);
      return name;
    };
  const toast = Object.assign(note("toast"), { info: note("info"), error: note("error"), dismiss: note("dismiss") });
  const scope = {
    addEvents: note("addEvents"),
    ReflexEvent: (...given) => given,
    isTrue: Boolean,
    console: { log: note("log") },
    document: { getElementById: (id) => ({ scrollIntoView: note(`scroll to ${id}`) }) },
    navigator: { clipboard: { writeText: note("copy") } },
    refs: { __toast: toast },
    window: { alert: note("alert"), history: { back: note("back") } },
  };
  try {
    const made = evaluate(code, scope)("given");
    for (const [, , options] of said) {
      options?.action?.onClick();
    }
    return { said, made };
  } catch (error) {
    return error instanceof NotOurs ? { refused: error.message } : { failed: String(error) };
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(tried(JSON.parse(line)))}\n`);
}
