// Keeps the token pair in the browser's local storage. The server never writes there by itself: it sends a command, and the
// command is carried out only if storage still holds what the server had seen, so that an answer that comes late can neither
// bring back a session that was signed out nor overwrite a newer pair.
import { useEffect } from "react";

const ACCESS_TOKEN = "jwt";
const REFRESH_TOKEN = "refreshToken";
const SESSION_PART = 26; // "rxr1_" and the characters that hold nothing but the session's id

const read = (key) => localStorage.getItem(key) ?? "";
const heldSession = () => read(REFRESH_TOKEN).slice(0, SESSION_PART);

// Tells Reflex, which hears of changes made by other tabs only, to report storage to the server.
const report = () => {
  for (const key of [REFRESH_TOKEN, ACCESS_TOKEN]) {
    window.dispatchEvent(
      new StorageEvent("storage", { key, newValue: localStorage.getItem(key), storageArea: localStorage }),
    );
  }
};

const carryOut = ({ if_jwt, if_refresh_token, pair }) => {
  const unchanged = read(REFRESH_TOKEN).startsWith(if_refresh_token) && (if_jwt === null || read(ACCESS_TOKEN) === if_jwt);
  if (unchanged && pair) {
    // The refresh token first: a browser killed in between then holds an old access token, which merely gets refreshed.
    localStorage.setItem(REFRESH_TOKEN, pair.refreshToken);
    localStorage.setItem(ACCESS_TOKEN, pair.jwt);
  } else if (unchanged) {
    localStorage.removeItem(REFRESH_TOKEN);
    localStorage.removeItem(ACCESS_TOKEN); // last here too: other tabs take its event for the sign that all is said
  }
  report();
};

export function TokenStore({ command, onSessionChange }) {
  useEffect(() => {
    if (command?.id) {
      carryOut(command);
    }
  }, [command?.id]);

  useEffect(() => {
    let session = heldSession();
    const onStorage = (event) => {
      const isOwn = !event.isTrusted;
      const isLastOfPair = event.key === ACCESS_TOKEN || event.key === null;
      if (event.storageArea !== localStorage || !isLastOfPair) {
        return;
      }
      const before = session;
      session = heldSession();
      if (isOwn || session === before) {
        return;
      }
      if (event.key === null) {
        report(); // localStorage.clear() names no key, and Reflex passes over it
      }
      setTimeout(onSessionChange); // after Reflex's own listener has queued the new values
    };
    window.addEventListener("storage", onStorage);
    return () => window.removeEventListener("storage", onStorage);
  }, []);

  return null;
}
