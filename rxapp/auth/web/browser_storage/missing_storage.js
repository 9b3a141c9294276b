// Storage that is denied or full: this document keeps in memory what it cannot store. Otherwise Reflex fails at its first access,
// and the person sees an error in place of the page. The script is inline in the head, so that it runs before all others.
(() => {
  const TOKENS = ["jwt", "refreshToken"]; // as in token_store.js
  const PROBE = "rxapp-probe";
  const ROOM = 4096; // characters: enough for a pair of tokens

  const tell = (fault) => {
    window.rxappStorageFault = fault;
    window.dispatchEvent(new Event("rxapp-storage-fault"));
  };

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

  for (const which of ["localStorage", "sessionStorage"]) {
    try {
      window[which].getItem(PROBE);
    } catch {
      Object.defineProperty(window, which, { value: inMemory(), configurable: true });
      tell("denied");
    }
  }

  // It may become full at any time. What is kept beside a storage is read before what is in it.
  const { getItem, setItem, removeItem, clear } = Storage.prototype;
  const besides = new Map();
  const beside = (storage) => besides.get(storage) ?? besides.set(storage, new Map()).get(storage);

  Storage.prototype.getItem = function (name) {
    return beside(this).get(`${name}`) ?? getItem.call(this, name);
  };
  Storage.prototype.setItem = function (name, value) {
    try {
      setItem.call(this, name, value);
      beside(this).delete(`${name}`);
    } catch {
      beside(this).set(`${name}`, `${value}`);
      if (TOKENS.includes(name)) {
        tell("full");
      }
    }
  };
  Storage.prototype.removeItem = function (name) {
    beside(this).delete(`${name}`);
    removeItem.call(this, name);
  };
  Storage.prototype.clear = function () {
    beside(this).clear();
    clear.call(this);
  };

  if (!window.rxappStorageFault) {
    try {
      setItem.call(localStorage, PROBE, "x".repeat(ROOM));
      removeItem.call(localStorage, PROBE);
    } catch {
      tell("full");
    }
  }
})();
