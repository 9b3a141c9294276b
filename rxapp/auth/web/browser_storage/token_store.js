// Keeps the token pair in the browser's local storage. The server never writes there by itself: it sends a command, and the
// command is carried out only if storage still holds what the server had seen, so that an answer that comes late can neither
// bring back a session that was signed out nor overwrite a newer pair.
//
// And takes leave of the document. Scripts keep more in it than anyone could list: chosen files, client state, what is to be sent
// when typing has paused. So a document is that of the person whom it has shown first; for whoever comes next, another one is
// loaded.
import { useEffect } from "react";
import { useHref, useNavigate } from "react-router";

const ACCESS_TOKEN = "jwt";
const REFRESH_TOKEN = "refreshToken";
const SESSION_PART = 26; // "rxr1_" and the characters that hold nothing but the session's id
const [IN, OUT] = ["in", "out"]; // as state.py calls them
const LONGEST_TOKEN = 4096; // longer ones are none, and count as nothing on the server

const read = (key) => localStorage.getItem(key) ?? "";
// Names a token as the server does (token_store.py). Commands name what storage should hold; they do not contain it.
const digest = (text) => {
  let value = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++) {
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  }
  return value.toString(16);
};
const isNamed = (text, name) => name === null || (text.length <= LONGEST_TOKEN && digest(text) === name);
const heldSession = () => read(REFRESH_TOKEN).slice(0, SESSION_PART);

// Tells Reflex, which hears of changes made by other tabs only, to report storage to the server.
const report = (...keys) => {
  for (const key of keys) {
    window.dispatchEvent(
      new StorageEvent("storage", { key, newValue: localStorage.getItem(key), storageArea: localStorage }),
    );
  }
};

const changeStorage = ({ if_session, if_jwt, if_refresh_token, pair }) => {
  const unchanged =
    isNamed(heldSession(), if_session) && isNamed(read(REFRESH_TOKEN), if_refresh_token) && isNamed(read(ACCESS_TOKEN), if_jwt);
  if (unchanged && pair) {
    // The refresh token first: a browser killed in between then holds an old access token, which merely gets refreshed.
    localStorage.setItem(REFRESH_TOKEN, pair.refreshToken);
    localStorage.setItem(ACCESS_TOKEN, pair.jwt);
  } else if (unchanged) {
    localStorage.removeItem(REFRESH_TOKEN);
    localStorage.removeItem(ACCESS_TOKEN); // last here too: other tabs take its event for the sign that all is said
  }
  report(REFRESH_TOKEN, ACCESS_TOKEN);
};

const carryOut = (command) => {
  try {
    changeStorage(command);
  } catch (error) {
    console.error(error); // storage is refused, or full: whoever was to leave leaves all the same
  }
};

// Of the document, however often the component is mounted in it.
let shown = ""; // whom it has shown
let isLeft = false;
let lastCommand = "";

const loadAnew = (load) => {
  if (!isLeft) {
    isLeft = true;
    load();
  }
};

const go = ({ go_to, replaces }, base, navigate) => {
  if (!shown) {
    navigate(go_to, { replace: replaces });
  } else if (replaces) {
    loadAnew(() => location.replace(base + go_to));
  } else {
    loadAnew(() => location.assign(base + go_to));
  }
};

if (typeof window !== "undefined") {
  // An app that asks "Leave this page?" asks those who are there: the person of this page is not any more.
  window.addEventListener("beforeunload", (event) => isLeft && event.stopImmediatePropagation(), true);
  // A document that the browser keeps for Back would be seen as it was, before it finds out who is there now.
  window.addEventListener("pagehide", ({ persisted }) => {
    if (persisted && shown) {
      const unseen = new CSSStyleSheet();
      unseen.replaceSync("* { visibility: hidden !important }");
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, unseen];
    }
  });
  window.addEventListener("pageshow", ({ persisted }) => persisted && shown && location.reload());
}

export function TokenStore({ command, person, status, onSessionChange }) {
  const navigate = useNavigate();
  const base = useHref("/").replace(/\/$/, "");

  useEffect(() => {
    if (!command?.id || command.id === lastCommand) {
      return;
    }
    lastCommand = command.id;
    if (command.after_ms) {
      setTimeout(carryOut, command.after_ms, command); // and no later command calls it off: what storage holds by then decides
    } else if (command.pair !== undefined) {
      carryOut(command);
    }
    if (command.go_to) {
      go(command, base, navigate);
    }
  }, [command?.id]);

  useEffect(() => {
    if (shown && (status === OUT || (status === IN && person !== shown))) {
      loadAnew(() => location.reload());
    } else if (status === IN) {
      shown = person;
    }
  }, [status, person]);

  useEffect(() => {
    let session = heldSession();
    const onStorage = (event) => {
      if (event.storageArea !== localStorage) {
        return;
      }
      if (!event.isTrusted) {
        session = heldSession(); // this tab's own doing
        return;
      }
      if (event.key === REFRESH_TOKEN) {
        // Another tab is storing a pair. Reported by itself, a click in between would rotate the new refresh token once more.
        event.stopImmediatePropagation();
        return;
      }
      if (event.key !== ACCESS_TOKEN && event.key !== null) {
        return;
      }
      const isAnother = heldSession() !== session;
      report(REFRESH_TOKEN);
      if (event.key === null) {
        report(ACCESS_TOKEN); // localStorage.clear() names no key, and Reflex passes over it
      }
      if (isAnother) {
        setTimeout(onSessionChange); // after Reflex's own listener has queued the new values
      }
    };
    window.addEventListener("storage", onStorage, true); // before Reflex's own
    return () => window.removeEventListener("storage", onStorage, true);
  }, []);

  return null;
}
