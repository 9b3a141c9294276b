// What a form does without the server, from the moment its HTML is there: its button is enabled once the form is valid, a password
// can be shown, and a submission that comes before the page is ready waits for it. Without this, the browser itself would send the
// form. Inline in the head, so that it runs however late the scripts are.
(() => {
  const SELECTOR = "form[data-auth-form]";
  let ready = false;
  let held = null;

  const refresh = (form) => {
    const waits = form === held || form.ariaBusy === "true";
    for (const button of form.querySelectorAll("[type=submit]")) {
      button.disabled = waits || !form.checkValidity();
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
  new MutationObserver(refreshAll).observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["aria-busy"],
  });

  // Called by the form itself once React has taken it over.
  window.authFormReady = () => {
    ready = true;
    const form = held;
    held = null;
    refreshAll();
    form?.requestSubmit();
  };
})();
