// Says that this browser cannot store anything for the site, if so (missing_storage.js).
import { createElement, useEffect, useState } from "react";

const EVENT = "rxapp-storage-fault";

// With `asks`, it finds out beforehand whether there is room: for the page at which one logs in.
export function StorageFault({ words, asks, className }) {
  const [fault, setFault] = useState("");

  useEffect(() => {
    const hasRoom = !asks || window.rxappStorage.hasRoom();
    const look = () => setFault(window.rxappStorage.fault() || (hasRoom ? "" : "full"));
    look();
    window.addEventListener(EVENT, look);
    return () => window.removeEventListener(EVENT, look);
  }, [asks]);

  return createElement("div", { role: "status" }, fault ? createElement("p", { className }, words[fault]) : null);
}
