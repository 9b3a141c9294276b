// Keeps one key pair for this browser profile and signs the server's challenges with it. The private key is not extractable: no
// script can read it. So tokens that were copied from the browser's storage are useless without this browser.
import { useEffect } from "react";

const DATABASE = "rxapp";
const STORE = "keys";
const NAME = "device";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const PATIENCE_MS = 10_000;

const inStore = (mode, act) =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      opening.result.close(); // takes effect after the transaction
    };
  });

const keptKey = () => inStore("readonly", (store) => store.get(NAME));

const deviceKey = async () => {
  const kept = await keptKey();
  if (kept) {
    return kept;
  }
  const made = await crypto.subtle.generateKey(ALGORITHM, false, ["sign"]);
  // If two tabs generate a key at the same time, the first one is stored, and both tabs use it.
  await inStore("readwrite", (store) => store.add(made, NAME)).catch(() => {});
  return keptKey();
};

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/[+/=]/g, (it) => ({ "+": "-", "/": "_" })[it] ?? "");
const encoded = (part) => base64url(new TextEncoder().encode(JSON.stringify(part)));

const prove = async ({ text, at }) => {
  const { privateKey, publicKey } = await deviceKey();
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
  const jti = base64url(crypto.getRandomValues(new Uint8Array(12)));
  // The server's time: this device's clock may be wrong.
  const claims = { jti, htm: "POST", htu: "urn:rxapp:page", iat: at, nonce: text };
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${base64url(await crypto.subtle.sign(ALGORITHM, privateKey, new TextEncoder().encode(signed)))}`;
};

const withinPatience = (promise) =>
  Promise.race([promise, new Promise((_, reject) => setTimeout(reject, PATIENCE_MS, new Error("no key in time")))]);

export function DeviceKey({ challenge, onProof }) {
  useEffect(() => {
    if (challenge?.text) {
      withinPatience(prove(challenge))
        .catch((error) => {
          console.info("This browser cannot keep a key:", error?.name);
          return "";
        })
        .then(onProof);
    }
  }, [challenge?.text]);

  return null;
}
