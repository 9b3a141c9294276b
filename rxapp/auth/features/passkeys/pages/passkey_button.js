// Asks the browser for a passkey when its button is pressed, and with `autofills` also while a field of the page waits. With
// `creates` it asks for a new one. The server sends the options, in which the challenge is, and gets the answer as JSON text.
import { createElement, useEffect, useRef, useState } from "react";

const toBytes = (text) => Uint8Array.from(atob(text.replace(/[-_]/g, (it) => ({ "-": "+", _: "/" })[it])), (it) => it.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/[+/=]/g, (it) => ({ "+": "-", "/": "_" })[it] ?? "");

// By hand: older Safaris have no `parseRequestOptionsFromJSON`, and some password managers answer with what has no `toJSON`.
const withBytes = ({ challenge, user, ...options }) => {
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    options[list] = options[list]?.map((each) => ({ ...each, id: toBytes(each.id) }));
  }
  return { ...options, challenge: toBytes(challenge), ...(user && { user: { ...user, id: toBytes(user.id) } }) };
};

const asText = ({ id, rawId, type, response }) => {
  const sent = { transports: response.getTransports?.() };
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    sent[part] = response[part] ? toText(response[part]) : undefined;
  }
  return JSON.stringify({ id, rawId: toText(rawId), type, response: sent });
};

// A browser refuses a second question while one is open. So the one before is ended first, in whatever part of the page it is.
let open = { end: () => {}, hasEnded: Promise.resolve() };

const ask = (kind, options, more) => {
  const stop = new AbortController();
  open.end();
  const answer = open.hasEnded.then(() =>
    navigator.credentials[kind]({ publicKey: withBytes(options), signal: stop.signal, ...more }),
  );
  open = { end: () => stop.abort(), hasEnded: answer.catch(() => {}) };
  return { answer: answer.then(asText), end: open.end };
};

export function PasskeyButton({ options, creates, autofills, isBusy, label, busy, unsupported, noteClass, onAnswer, onFail, onStale, ...props }) {
  const [isSupported, setSupported] = useState(true);
  const [asked, setAsked] = useState(0); // odd while a prompt is open
  const isStale = useRef(false);
  const prompt = useRef(null);
  const publicKey = options?.publicKey;
  const isAsking = asked % 2 === 1;

  useEffect(() => setSupported(Boolean(window.PublicKeyCredential)), []);

  // A challenge becomes too old while the page waits. One that a prompt is answering stays until the prompt has ended.
  useEffect(() => {
    isStale.current = false;
    const timer = publicKey && setTimeout(() => (isStale.current = true) && setAsked((it) => it + (it % 2 ? 0 : 2)), options.renewAfter * 1000);
    return () => clearTimeout(timer);
  }, [publicKey?.challenge]);
  useEffect(() => {
    if (isStale.current && !isAsking) {
      onStale();
    }
  }, [asked]);

  useEffect(() => {
    if (!autofills || !publicKey || isAsking || !window.PublicKeyCredential?.isConditionalMediationAvailable) {
      return undefined;
    }
    let waiting;
    let isOver = false;
    PublicKeyCredential.isConditionalMediationAvailable().then((can) => {
      if (can && !isOver) {
        waiting = ask("get", publicKey, { mediation: "conditional" });
        waiting.answer.then(onAnswer, () => {}); // nobody has asked for it
      }
    });
    return () => {
      isOver = true;
      waiting?.end();
    };
  }, [publicKey?.challenge, asked]);

  useEffect(
    () => () => {
      prompt.current?.end(); // with the button goes its prompt, and nobody is told
      prompt.current = null;
    },
    [],
  );

  const press = () => {
    setAsked((it) => it + 1);
    const own = (prompt.current = ask(creates ? "create" : "get", publicKey));
    own.answer
      .then(onAnswer, (error) => prompt.current === own && onFail(error?.name ?? ""))
      .finally(() => setAsked((it) => it + 1));
  };

  if (!isSupported) {
    return createElement("p", { className: noteClass }, unsupported);
  }
  const isWaiting = isAsking || isBusy;
  return createElement("button", { ...props, type: "button", disabled: !publicKey || isWaiting, onClick: press }, isWaiting ? busy : label);
}
