// Tells the person's authenticators which passkeys the account still has, and its names, so that they offer no others. Browsers
// that do not know the Signal API are told nothing.
import { useEffect } from "react";

export function PasskeySignals({ command }) {
  useEffect(() => {
    const { id, rpId, userId, name, displayName, allAcceptedCredentialIds } = command ?? {};
    const browser = window.PublicKeyCredential;
    if (!id || !browser) {
      return;
    }
    const failed = (error) => console.info("This browser was told in vain which passkeys there are:", error?.name);
    browser.signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds }).catch(failed);
    browser.signalCurrentUserDetails?.({ rpId, userId, name, displayName }).catch(failed);
  }, [command?.id]);

  return null;
}
