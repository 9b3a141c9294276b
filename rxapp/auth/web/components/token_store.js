// Keeps the token pair in the browser's local storage. The server never writes there by itself: it sends a command, and the
// command is carried out only if storage still holds what the server had seen, so that an answer that comes late can neither
// bring back a session that was signed out nor overwrite a newer pair.
import { useEffect } from "react";

const ACCESS_TOKEN = "jwt";
const REFRESH_TOKEN = "refreshToken";
const SESSION_PART = 26; // "rxr1_" and the characters that hold nothing but the session's id
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

const carryOut = ({ if_session, if_jwt, if_refresh_token, pair }) => {
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

export function TokenStore({ command, onSessionChange }) {
  useEffect(() => {
    if (command?.after_ms) {
      setTimeout(carryOut, command.after_ms, command); // and no later command calls it off: what storage holds by then decides
    } else if (command?.id) {
      carryOut(command);
    }
  }, [command?.id]);

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
