// Keeps one key pair for this browser profile and signs the server's challenges with it. The private key is not extractable: no
// script can read it, so what is copied out of the browser's storage is worth nothing without the browser.
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
      opening.result.close(); // once the transaction is done
    };
  });

const keptKey = () => inStore("readonly", (store) => store.get(NAME));

const deviceKey = async () => {
  const kept = await keptKey();
  if (kept) {
    return kept;
  }
  const made = await crypto.subtle.generateKey(ALGORITHM, false, ["sign"]);
  // Of two tabs that make one at once the first wins, and both use its.
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
