// Keeps the token pair in the browser's local storage; where there is none, in memory (missing_storage.js). The server never
// writes there by itself: it sends a command, and this script carries it out only if storage still holds what the server has
// seen. So a late answer can neither bring back a session that was logged out nor overwrite a newer pair.
//
// It also replaces the document. Scripts keep more in a document than anyone could list: chosen files, client state, input that
// waits for a pause in typing. So a document belongs to the first person that it has shown; for another person, a new document
// is loaded.
import { useEffect } from "react";
import { useHref, useNavigate } from "react-router";

const ACCESS_TOKEN = "jwt";
const REFRESH_TOKEN = "refreshToken";
const FRAGMENT = "rxapp-fragment"; // as in arrivals.js
const SESSION_PART = 26; // "rxr1_" and the characters that hold only the session's id
const [IN, OUT] = ["in", "out"]; // as in state.py
const LONGEST_TOKEN = 4096; // a longer string is no token, and the server ignores it

const read = (key) => localStorage.getItem(key) ?? "";
// The same digest as on the server (token_store.py). A command contains digests of the tokens to compare, not the tokens.
const digest = (text) => {
  let value = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++) {
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  }
  return value.toString(16);
};
const isNamed = (text, name) => name === null || (text.length <= LONGEST_TOKEN && digest(text) === name);
const heldSession = () => read(REFRESH_TOKEN).slice(0, SESSION_PART);
// The access token is stored last. A page may be loaded in between, and must not take the half of a new pair for the whole.
const sessionOfWholePair = () => {
  try {
    const claims = read(ACCESS_TOKEN).split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(atob(claims)).sid;
  } catch {
    return ""; // no token, or none of ours
  }
};

// Tells the server what the browser holds, as Reflex does at the start. Reflex would tell of each change of another tab in a
// message for each item. The server would act in between, and use a new refresh token with an old access token.
let report = () => {};
// The values are read when the message is sent: after a lost connection that is later.
const pairWhenSent = (vars) => {
  let values;
  const get = (key) => (values ??= { [ACCESS_TOKEN]: read(ACCESS_TOKEN), [REFRESH_TOKEN]: read(REFRESH_TOKEN) })[key];
  const getters = Object.entries(vars).map(([key, name]) => [name, { enumerable: true, get: () => get(key) }]);
  return Object.defineProperties({}, Object.fromEntries(getters));
};

const changeStorage = ({ if_session, if_jwt, if_refresh_token, pair }) => {
  const unchanged =
    isNamed(heldSession(), if_session) && isNamed(read(REFRESH_TOKEN), if_refresh_token) && isNamed(read(ACCESS_TOKEN), if_jwt);
  if (unchanged && pair) {
    // The refresh token first: if the browser is killed in between, it holds an old access token, which is only refreshed.
    localStorage.setItem(REFRESH_TOKEN, pair.refreshToken);
    localStorage.setItem(ACCESS_TOKEN, pair.jwt);
  } else if (unchanged) {
    localStorage.removeItem(REFRESH_TOKEN);
    localStorage.removeItem(ACCESS_TOKEN); // last here too: for other tabs this event means that both items have changed
  }
  report();
};

const carryOut = (command) => {
  try {
    changeStorage(command);
  } catch (error) {
    console.error(error); // an app may have put a storage of its own in place: a logout still leaves the page
  }
};

// State of the document: the component may be mounted more than once in it.
let shown = ""; // the person that it has shown
let isLeft = false;
let lastCommand = "";

const loadAnew = (load) => {
  if (!isLeft) {
    isLeft = true;
    load();
  }
};

// The log-in comes first: arrivals.js restores the fragment afterwards. It may hold a secret, so it does not go into the address.
const keepFragment = (go_to, base) => {
  const path = location.pathname.slice(base.length).replace(/\/+$/, "") || "/";
  const address = path + location.search;
  if (location.hash && new URLSearchParams(go_to.split("?")[1]).get("next") === address) {
    sessionStorage.setItem(FRAGMENT, JSON.stringify({ address, hash: location.hash, at: Date.now() }));
  } else {
    forgetFragment();
  }
};

// The next person has not asked for it.
const forgetFragment = () => {
  try {
    sessionStorage.removeItem(FRAGMENT);
  } catch (error) {
    console.error(error); // as in carryOut
  }
};

const go = ({ go_to, replaces }, base, navigate) => {
  keepFragment(go_to, base);
  if (!shown) {
    navigate(go_to, { replace: replaces });
  } else if (replaces) {
    loadAnew(() => location.replace(base + go_to));
  } else {
    loadAnew(() => location.assign(base + go_to));
  }
};

if (typeof window !== "undefined") {
  // An app may ask "Leave this page?". Skip that here: the person of this page has already gone.
  window.addEventListener("beforeunload", (event) => isLeft && event.stopImmediatePropagation(), true);
  // For Back, the browser keeps the document and would show it as it was, before the page has verified the person.
  window.addEventListener("pagehide", ({ persisted }) => {
    if (persisted && shown) {
      const unseen = new CSSStyleSheet();
      unseen.replaceSync("* { visibility: hidden !important }");
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, unseen];
    }
  });
  window.addEventListener("pageshow", ({ persisted }) => persisted && shown && location.reload());
}

export function TokenStore({ command, person, status, reportedAs, onReport, onSessionChange }) {
  const navigate = useNavigate();
  const base = useHref("/").replace(/\/$/, "");

  useEffect(() => {
    if (!command?.id || command.id === lastCommand) {
      return;
    }
    lastCommand = command.id;
    if (command.after_ms) {
      setTimeout(carryOut, command.after_ms, command); // no later command cancels it: its conditions on storage decide then
    } else if (command.pair !== undefined) {
      carryOut(command);
    }
    if (command.go_to) {
      go(command, base, navigate);
    }
  }, [command?.id]);

  useEffect(() => {
    if (shown && (status === OUT || (status === IN && person !== shown))) {
      forgetFragment();
      loadAnew(() => location.reload());
    } else if (status === IN) {
      shown = person;
    }
  }, [status, person]);

  useEffect(() => {
    let session = sessionOfWholePair();
    report = () => {
      session = sessionOfWholePair();
      onReport(pairWhenSent(reportedAs));
    };
    const onStorage = (event) => {
      const isPair = event.key === ACCESS_TOKEN || event.key === REFRESH_TOKEN;
      if (event.storageArea !== localStorage || !(isPair || event.key === null)) {
        return;
      }
      if (isPair) {
        event.stopImmediatePropagation(); // Reflex would report it too
      }
      if (event.key !== REFRESH_TOKEN) {
        const before = session; // the access token is stored last, so the pair is whole now
        report();
        if (session !== before) {
          onSessionChange();
        }
      }
    };
    window.addEventListener("storage", onStorage, true); // before Reflex's own
    return () => window.removeEventListener("storage", onStorage, true);
  }, []);

  return null;
}
