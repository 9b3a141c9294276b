// What a form does without the server, as soon as its HTML is there: the button is enabled when the form is valid, a password can
// be shown, and a submission before the page is ready waits for it. Without this, the browser itself would send the form. The
// script is inline in the head, so that it does not wait for other scripts.
(() => {
  const SELECTOR = "form[data-auth-form]";
  let ready = false;
  let held = null;

  const refresh = (form) => {
    const waits = form === held || form.ariaBusy === "true";
    for (const button of form.querySelectorAll("[type=submit]")) {
      const isDisabled = waits || form.matches(":invalid"); // `checkValidity()` would fire events at each field
      if (button.disabled !== isDisabled) {
        button.disabled = isDisabled;
      }
    }
  };
  const refreshAll = () => document.querySelectorAll(SELECTOR).forEach(refresh);

  const onSubmit = (event) => {
    const form = event.target;
    if (ready || !form.matches(SELECTOR)) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    held = form;
    refresh(form);
  };

  const onClick = (event) => {
    const button = event.target.closest?.("[data-shows-password]");
    const input = button && document.getElementById(button.getAttribute("aria-controls"));
    if (input) {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    }
  };

  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("click", onClick);
  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => event.target.form?.matches(SELECTOR) && refresh(event.target.form));
  }
  window.addEventListener("pageshow", refreshAll);
  // Some password managers fill in a form without any event.
  setInterval(refreshAll, 250);
  new MutationObserver(refreshAll).observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["aria-busy"],
  });

  // The form calls this after React has hydrated it.
  window.authFormReady = () => {
    ready = true;
    const form = held;
    held = null;
    refreshAll();
    form?.requestSubmit();
  };
})();
