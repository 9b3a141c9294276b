// Reads the code that Reflex makes of `rx.toast`, `rx.window_alert` and their kind, and carries out what it says. It reads a small
// part of JavaScript: texts, numbers, lists, objects, functions of one expression, and calls. A name leads only to what `scope`
// lists, and from there only to an own member, so that no code gets at the page.
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|=>|\?\.|[A-Za-z_$][\w$]*|[()[\]{},.:?;])/gy;
const IN_BLOCKS_ONLY = ["addEvents", "ReflexEvent"]; // what a person's click does later; no call sends an event by itself
const WORDS = { true: true, false: false, null: null, undefined, NaN, Infinity };
const ESCAPES = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", 0: "\0" };

// The code is of another kind, or reaches for what is not listed.
export class NotOurs extends Error {}

const tokensOf = (code) => {
  const tokens = [...code.matchAll(TOKEN)];
  const end = tokens.reduce((sum, [whole]) => sum + whole.length, 0);
  if (code.slice(end).trim()) {
    throw new NotOurs("another kind of code");
  }
  return tokens.map(([, token]) => token);
};

const textOf = (literal) =>
  literal
    .slice(1, -1)
    .replace(/\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|([\s\S]))/g, (_, unit, byte, one) =>
      one ? (ESCAPES[one] ?? one) : String.fromCharCode(parseInt(unit ?? byte, 16)),
    );

const member = (object, name) => {
  if (typeof object === "string" && name === "replaceAll") {
    return (from, to) => object.replaceAll(`${from}`, `${to}`);
  }
  if (object === null || object === undefined || !Object.hasOwn(Object(object), name)) {
    throw new NotOurs(`${name} cannot be reached`);
  }
  return object[name];
};

// Each method reads a part of the code and returns a function that computes it, given the values of the names.
class Reader {
  constructor(code) {
    this.tokens = tokensOf(code);
    this.at = 0;
    this.blocks = 0;
  }

  takes(token) {
    const isNext = this.tokens[this.at] === token;
    this.at += isNext ? 1 : 0;
    return isNext;
  }

  want(token) {
    if (!this.takes(token)) {
      throw new NotOurs(`${token} is missing`);
    }
  }

  whole() {
    const value = this.expression();
    this.takes(";");
    if (this.at < this.tokens.length) {
      throw new NotOurs("there is more");
    }
    return value;
  }

  list(end, readOne) {
    const all = [];
    while (!this.takes(end)) {
      all.push(readOne());
      if (!this.takes(",")) {
        this.want(end);
        break;
      }
    }
    return all;
  }

  expression() {
    const made = this.function();
    if (made) {
      return made;
    }
    const value = this.chain();
    if (!this.takes("?")) {
      return value;
    }
    const yes = this.expression();
    this.want(":");
    const no = this.expression();
    return (names) => (value(names) ? yes(names) : no(names));
  }

  function() {
    const start = this.at;
    const parameters = this.takes("(") ? this.parameters() : null;
    if (!parameters || !this.takes("=>")) {
      this.at = start;
      return null;
    }
    const body = this.takes("{") ? this.block() : this.expression();
    return (names) =>
      (...given) =>
        body({ ...names, ...Object.fromEntries(parameters.map((name, at) => [name, given[at]])) });
  }

  parameters() {
    const names = [];
    for (; /^[A-Za-z_$]/.test(this.tokens[this.at] ?? ""); this.takes(",")) {
      names.push(this.tokens[this.at++]);
    }
    return this.takes(")") ? names : null;
  }

  block() {
    const steps = [];
    this.blocks += 1;
    while (!this.takes("}")) {
      steps.push(this.expression());
      this.takes(";");
    }
    this.blocks -= 1;
    return (names) => steps.forEach((step) => step(names));
  }

  chain() {
    const first = this.primary();
    const steps = [];
    for (let step = this.step(); step; step = this.step()) {
      steps.push(step);
    }
    return (names) => {
      let value = first(names);
      for (const { isOptional, from } of steps) {
        if (isOptional && (value === null || value === undefined)) {
          return undefined;
        }
        value = from(value, names);
      }
      return value;
    };
  }

  step() {
    const isOptional = this.takes("?.");
    if (this.takes("(")) {
      const given = this.list(")", () => this.expression());
      return { isOptional, from: (value, names) => value(...given.map((each) => each(names))) };
    }
    if (this.takes("[")) {
      const name = this.expression();
      this.want("]");
      return { isOptional, from: (value, names) => member(value, name(names)) };
    }
    if (isOptional || this.takes(".")) {
      const name = this.tokens[this.at++];
      return { isOptional, from: (value) => member(value, name) };
    }
    return null;
  }

  primary() {
    const token = this.tokens[this.at++] ?? "";
    if (token === "(") {
      const value = this.expression();
      this.want(")");
      return value;
    }
    if (token === "[") {
      const all = this.list("]", () => this.expression());
      return (names) => all.map((each) => each(names));
    }
    if (token === "{") {
      const all = this.list("}", () => this.pair());
      return (names) => Object.fromEntries(all.map(([name, value]) => [name, value(names)]));
    }
    if (/^["']/.test(token)) {
      return () => textOf(token);
    }
    if (/^-?\d/.test(token)) {
      return () => Number(token);
    }
    if (Object.hasOwn(WORDS, token)) {
      return () => WORDS[token];
    }
    if (!/^[A-Za-z_$]/.test(token)) {
      throw new NotOurs(`${token || "an expression"} is not expected`);
    }
    if (IN_BLOCKS_ONLY.includes(token) && !this.blocks) {
      throw new NotOurs(`${token} cannot be reached here`);
    }
    return (names) => member(names, token);
  }

  pair() {
    const isComputed = this.takes("[");
    const token = this.tokens[this.at++] ?? "";
    if (isComputed) {
      this.want("]");
    }
    this.want(":");
    return [/^["']/.test(token) ? textOf(token) : token, this.expression()];
  }
}

// The value of the code, of which each name means what it means in `scope`. Raises `NotOurs`, also when
// a function that it has returned is called.
export const evaluate = (code, scope) => new Reader(code).whole()({ ...scope });
