// Carries out a call that a handler has sent, with what such a call may reach. Loaded at the first one.
import { eventLoop } from "$/utils/context-registry";
import { isTrue, refs, ReflexEvent } from "$/utils/state";
import { evaluate, NotOurs } from "./evaluator.js";

const uploads = () => {
  const controllers = Object.keys(refs).filter((name) => name.startsWith("__upload_controllers_"));
  return Object.fromEntries(controllers.map((name) => [name, { abort: () => refs[name]?.abort() }]));
};

const scope = () => ({
  addEvents: (...given) => eventLoop.addEvents(...given),
  ReflexEvent,
  isTrue,
  console: { log: (...given) => console.log(...given) },
  document: {
    getElementById: (id) => ({ scrollIntoView: (...given) => document.getElementById(id)?.scrollIntoView(...given) }),
  },
  navigator: { clipboard: { writeText: (text) => navigator.clipboard.writeText(text) } },
  refs: { __toast: refs.__toast, __clear_selected_files: refs.__clear_selected_files, ...uploads() },
  window: { alert: (text) => window.alert(text), history: { back: () => history.back() } },
});

// Returns what the call returns. Code of another kind is refused with the error that `refusal` makes.
export const carryOut = (code, given, refusal) => {
  try {
    return evaluate(code, scope())(...given);
  } catch (error) {
    throw error instanceof NotOurs ? refusal(code) : error;
  }
};
