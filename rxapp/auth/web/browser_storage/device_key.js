// Keeps one key pair for this browser profile and signs the server's challenges with it. The private key is not extractable: no
// script can read it. So tokens that were copied from the browser's storage are useless without this browser.
import { useEffect } from "react";

const DATABASE = "rxapp";
const STORE = "keys";
const NAME = "device";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
// Browsers cannot read IndexedDB at times, above all WebKit: the error passes, and so does a request that hangs.
const PATIENCE_MS = 3_000;
const PAUSES_MS = [0, 150, 600]; // before each attempt to read, until the server is told
const LONGEST_PAUSE_MS = 8_000; // between two times that the server is told, which waits for an answer longer than that
// Answers in place of a proof; the second as in tokens.py.
const NO_KEY = "";
const NOT_READABLE_NOW = "not readable now";

const inStore = (mode, act) =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      try {
        const transaction = opening.result.transaction(STORE, mode);
        const request = act(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
      } catch (error) {
        reject(error);
      }
      opening.result.close(); // takes effect after the transaction
    };
  });

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const HANGS = new Error("no answer in time");
const inTime = (promise) => Promise.race([promise, pause(PATIENCE_MS).then(() => Promise.reject(HANGS))]);

const keptKey = () => inTime(inStore("readonly", (store) => store.get(NAME)));

// If two tabs generate a key at the same time, the first one is stored, and both tabs use it.
const newKey = async () => {
  const made = await crypto.subtle.generateKey(ALGORITHM, false, ["sign"]);
  await inTime(inStore("readwrite", (store) => store.add(made, NAME))).catch(() => {});
  return keptKey();
};

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/[+/=]/g, (it) => ({ "+": "-", "/": "_" })[it] ?? "");
const encoded = (part) => base64url(new TextEncoder().encode(JSON.stringify(part)));

const proofBy = async ({ privateKey, publicKey }, { text, at }) => {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
  const jti = base64url(crypto.getRandomValues(new Uint8Array(12)));
  // The server's time: this device's clock may be wrong.
  const claims = { jti, htm: "POST", htu: "urn:rxapp:page", iat: at, nonce: text };
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${base64url(await crypto.subtle.sign(ALGORITHM, privateKey, new TextEncoder().encode(signed)))}`;
};

const hasMeans = () => {
  try {
    return Boolean(indexedDB && crypto.subtle);
  } catch {
    return false; // access to storage is denied
  }
};

// A proof, or why there is none. Only a browser without the means, or one that has been read and cannot store a key, has no key.
const answerTo = async (challenge) => {
  if (!hasMeans()) {
    return NO_KEY;
  }
  let hasNone = false;
  for (const ms of PAUSES_MS) {
    await pause(ms);
    try {
      const kept = await keptKey();
      hasNone = !kept;
      return await proofBy(kept ?? (await newKey()), challenge);
    } catch (error) {
      console.info("This browser cannot read its key now:", error?.name);
      if (error === HANGS) {
        break;
      }
    }
  }
  return hasNone ? NO_KEY : NOT_READABLE_NOW;
};

let failures = 0; // in a row, however often the component is mounted

export function DeviceKey({ challenge, onProof }) {
  useEffect(() => {
    if (!challenge?.text) {
      return undefined;
    }
    let isCurrent = true;
    pause(failures && Math.min(250 * 2 ** failures, LONGEST_PAUSE_MS))
      .then(() => answerTo(challenge))
      .then((answer) => {
        failures = answer === NOT_READABLE_NOW ? failures + 1 : 0;
        if (isCurrent) {
          onProof(answer);
        }
      });
    return () => {
      isCurrent = false;
    };
  }, [challenge?.text]);

  return null;
}
