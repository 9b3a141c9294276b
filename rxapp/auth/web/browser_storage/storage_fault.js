// Says that this browser cannot store anything for the site, if so (missing_storage.js).
import { createElement, useSyncExternalStore } from "react";

const EVENT = "rxapp-storage-fault";

const subscribe = (tell) => {
  window.addEventListener(EVENT, tell);
  return () => window.removeEventListener(EVENT, tell);
};

export function StorageFault({ words, className }) {
  const fault = useSyncExternalStore(subscribe, () => window.rxappStorageFault ?? "", () => "");
  return createElement("div", { role: "status" }, fault ? createElement("p", { className }, words[fault]) : null);
}
