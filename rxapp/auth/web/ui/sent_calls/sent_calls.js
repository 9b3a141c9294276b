// `rx.toast`, `rx.window_alert` and their kind, returned from a handler, reach the page as code that Reflex evaluates. Our
// Content-Security-Policy forbids that, so this script takes the place of `eval`: such code is read and carried out by
// carry_out.js. All else goes to the browser's own `eval`, which a test's driver may use; what that refuses is said in words.
import { forbidden } from "./policy_notes.js";

const OF_REFLEX = /^\(\(\) => (?:\([\s\S]*\)|refs\[[\s\S]*\)|null)\)$|^\(\w*\) => \{addEvents\(\[ReflexEvent\(/;
const A_LINK = /^\(("[^"\\]*")\+("(?:[^"\\]|\\.)*")\)$/; // to an uploaded file: the backend's address and a path
const A_FUNCTION = /^\s*\(*\s*\([\w$, ]*\)\s*=>/;

const refusal = (code) =>
  new EvalError(forbidden(`code that a handler sends to the page (rx.call_script, rx.call_function): ${code}`, "allow_eval=True"));

const read =
  (code) =>
  async (...given) => {
    const { carryOut } = await import("./carry_out.js");
    return carryOut(code, given, refusal);
  };

if (typeof window !== "undefined") {
  const evaluate = window.eval;
  window.eval = (code) => {
    const link = A_LINK.exec(code);
    if (link) {
      return JSON.parse(link[1]) + JSON.parse(link[2]);
    }
    if (OF_REFLEX.test(code)) {
      return read(code);
    }
    try {
      return evaluate(code);
    } catch (error) {
      if (!(error instanceof EvalError)) {
        throw error;
      }
      if (A_FUNCTION.test(code)) {
        return read(code);
      }
      throw refusal(code);
    }
  };
}

export function SentCalls() {
  return null;
}
