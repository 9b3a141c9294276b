// Storage that is denied or full: this document keeps in memory what it cannot store. Otherwise Reflex fails at its first access,
// and the person sees an error in place of the page. The script is inline in the head, so that it runs before all others.
(() => {
  const TOKENS = ["jwt", "refreshToken"]; // as in token_store.js
  // What rxapp and Reflex write without asking whether it can be stored. All else fails as ever: an app may wait for that.
  const KEPT = /^(jwt|refreshToken|token|theme|last_compiled_theme|reflex_\w+|rxapp[\w-]*)$/;
  const PROBE = "rxapp-probe";
  const ROOM = 4096; // characters: enough for a pair of tokens

  const tell = () => window.dispatchEvent(new Event("rxapp-storage-fault"));

  const inMemory = () => {
    const kept = new Map();
    return {
      getItem: (name) => kept.get(`${name}`) ?? null,
      setItem: (name, value) => void kept.set(`${name}`, `${value}`),
      removeItem: (name) => void kept.delete(`${name}`),
      clear: () => kept.clear(),
      key: (at) => [...kept.keys()][at] ?? null,
      get length() {
        return kept.size;
      },
    };
  };

  let isDenied = false;
  for (const which of ["localStorage", "sessionStorage"]) {
    try {
      window[which].getItem(PROBE);
    } catch {
      Object.defineProperty(window, which, { value: inMemory(), configurable: true });
      isDenied = true;
    }
  }

  // It may become full at any time. What is kept beside a storage is in it no longer, so that no other tab reads what is old.
  const { getItem, setItem, removeItem, clear } = Storage.prototype;
  const besides = new Map();
  const beside = (storage) => besides.get(storage) ?? besides.set(storage, new Map()).get(storage);
  const keep = (storage, name, value) => {
    beside(storage).set(name, value);
    removeItem.call(storage, name);
  };

  Storage.prototype.getItem = function (name) {
    return beside(this).get(`${name}`) ?? getItem.apply(this, arguments);
  };
  Storage.prototype.setItem = function (name, value) {
    try {
      setItem.apply(this, arguments);
      beside(this).delete(`${name}`);
    } catch (error) {
      if (!KEPT.test(name) || arguments.length < 2) {
        throw error;
      }
      keep(this, `${name}`, `${value}`);
      for (const token of TOKENS.includes(name) ? TOKENS : []) {
        const stored = getItem.call(this, token); // a pair is kept in one place
        if (stored !== null) {
          keep(this, token, stored);
        }
      }
    }
    tell();
  };
  Storage.prototype.removeItem = function (name) {
    beside(this).delete(`${name}`);
    removeItem.apply(this, arguments);
    tell();
  };
  Storage.prototype.clear = function () {
    beside(this).clear();
    clear.call(this);
    tell();
  };
  // Another tab has stored something: that counts.
  window.addEventListener(
    "storage",
    ({ isTrusted, storageArea, key }) => {
      if (isTrusted && storageArea && key !== null) {
        beside(storageArea).delete(key);
      } else if (isTrusted && storageArea) {
        beside(storageArea).clear();
      }
      tell();
    },
    true,
  );

  // For storage_fault.js.
  window.rxappStorage = {
    fault: () => (isDenied ? "denied" : TOKENS.some((name) => beside(localStorage).has(name)) ? "full" : ""),
    hasRoom: () => {
      try {
        setItem.call(localStorage, PROBE, "x".repeat(ROOM));
        removeItem.call(localStorage, PROBE);
        return true;
      } catch {
        return false;
      }
    },
  };
})();
