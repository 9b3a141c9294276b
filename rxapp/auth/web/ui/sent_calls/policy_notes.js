// In development, says where it happens what the Content-Security-Policy forbids, and which setting allows it.
import { refs } from "$/utils/state";

const ALLOWING = "auth.install_auth(app, security_headers=auth.SecurityHeaders(";

// The sentence about what is forbidden. In development it is also shown.
export const forbidden = (what, setting) => {
  const sentence = `The Content-Security-Policy forbids ${what}. To allow it: ${ALLOWING}${setting}))`;
  if (import.meta.env.DEV) {
    console.error(sentence);
    refs.__toast?.error(sentence, { id: sentence, duration: 60_000, closeButton: true });
  }
  return sentence;
};

const settingFor = (directive, source) =>
  directive === "img-src" ? `images=["${source}"]` : `sources={"${directive}": ["${source}"]}`;

const noteViolation = ({ effectiveDirective, blockedURI }) => {
  if (blockedURI !== "eval") {
    const directive = effectiveDirective.replace(/-(elem|attr)$/, "");
    const source = URL.canParse(blockedURI) ? new URL(blockedURI).origin : `${blockedURI}:`;
    forbidden(`${blockedURI} (${directive})`, settingFor(directive, source));
  }
};

// The development server has inline scripts of its own, so its policy allows all of them. In production `rx.script` with a text
// does not run unless its digest is named: this is the mark that its library gives to such a script.
const noteInlineScripts = async () => {
  for (const { text } of document.querySelectorAll("script[data-react-helmet]:not([src])")) {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    const digest = `'sha256-${btoa(String.fromCharCode(...bytes))}'`;
    const policy = document.querySelector("meta[http-equiv=Content-Security-Policy]")?.content ?? "";
    if (!noted.has(digest) && !policy.includes(digest)) {
      noted.add(digest);
      forbidden(`an inline script in production: ${text}`, settingFor("script-src", digest));
    }
  }
};
const noted = new Set();

if (import.meta.env.DEV && typeof document !== "undefined") {
  document.addEventListener("securitypolicyviolation", noteViolation);
  new MutationObserver(noteInlineScripts).observe(document.head, { childList: true });
}

export function PolicyNotes() {
  return null;
}
