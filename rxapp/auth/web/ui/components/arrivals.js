// Brings a person to where they wanted to go, also where the browser forgets it.
import { createElement, useEffect, useState } from "react";
import { Link, useHref, useLocation, useNavigate, useNavigation } from "react-router";

const GOING_TO = "rxapp-going-to";
const REPEATED = "rxapp-repeated"; // a page that may never load must not be loaded again and again
const FRAGMENT = "rxapp-fragment"; // as in token_store.js
const AT_ONCE_MS = 15_000;
const LONGEST_SIGN_IN_MS = 60 * 60 * 1000;

const addressOf = ({ pathname, search }) => (pathname.replace(/\/+$/, "") || "/") + search;

// Takes an entry out of session storage, if it is not too old.
const taken = (key, longestMs) => {
  const entry = JSON.parse(sessionStorage.getItem(key) ?? "null");
  sessionStorage.removeItem(key);
  return entry && Date.now() - entry.at < longestMs ? entry : null;
};

const isReload = () => performance.getEntriesByType("navigation")[0]?.type === "reload";

let isFirst = true; // of this document

export function Arrivals() {
  const location = useLocation();
  const navigate = useNavigate();
  const { location: next } = useNavigation();
  const base = useHref("/").replace(/\/$/, "");

  // After a deployment the files of the next page are gone. Then React Router reloads the present page, and forgets the click.
  useEffect(() => {
    if (next) {
      const to = (addressOf(next).slice(base.length) || "/") + next.hash;
      if (sessionStorage.getItem(REPEATED) !== to) {
        sessionStorage.setItem(GOING_TO, JSON.stringify({ to, at: Date.now() }));
      }
    } else if (isFirst) {
      const missed = taken(GOING_TO, AT_ONCE_MS);
      if (missed && isReload() && missed.to !== addressOf(location) + location.hash) {
        sessionStorage.setItem(REPEATED, missed.to);
        navigate(missed.to);
      }
    } else {
      sessionStorage.removeItem(GOING_TO);
      sessionStorage.removeItem(REPEATED);
    }
    isFirst = false;
  }, [next]);

  // No server hears of the part after "#". Whoever had to log in first gets it back on the page that they had asked for.
  useEffect(() => {
    const kept = JSON.parse(sessionStorage.getItem(FRAGMENT) ?? "null");
    if (kept && !location.hash && kept.address === addressOf(location)) {
      const { hash } = taken(FRAGMENT, LONGEST_SIGN_IN_MS) ?? {};
      if (hash) {
        navigate(addressOf(location) + hash, { replace: true });
      }
    }
  }, [addressOf(location)]);

  return null;
}

// A link that takes along where the person wanted to go, from one page on the way to a log-in to the next.
export function OnwardLink({ to, children, ...props }) {
  const [next, setNext] = useState(""); // after the first rendering, because the built page knows no query
  const { search } = useLocation();

  useEffect(() => setNext(new URLSearchParams(search).get("next") ?? ""), [search]);

  return createElement(Link, { ...props, to: next ? `${to}?${new URLSearchParams({ next })}` : to }, children);
}
