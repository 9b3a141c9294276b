"""Chromium's virtual authenticator: a device that keeps passkeys, and whose person a test plays."""

from playwright.sync_api import Page


class VirtualAuthenticator:
    """By default it knows its person, who is there at each prompt."""

    def __init__(self, page: Page, **options) -> None:
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable", {"enableUI": False})
        self.signals: list[tuple[str, dict]] = []
        for name in ("credentialUpdated", "credentialDeleted"):
            self._cdp.on(f"WebAuthn.{name}", lambda event, name=name: self.signals.append((name, event)))
        wanted = {"protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True}
        wanted |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True} | options
        self.id = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": wanted})["authenticatorId"]

    def is_there(self, is_there: bool) -> None:
        """Whether somebody answers prompts."""
        self._send("setAutomaticPresenceSimulation", enabled=is_there)

    def verifies(self, does: bool) -> None:
        """Whether it recognises its person."""
        self._send("setUserVerified", isUserVerified=does)

    def lies(self, **bits: bool) -> None:
        """From now on, its answers have a bad signature, or say that nobody was verified or present."""
        self._send("setResponseOverrideBits", **bits)

    def credentials(self) -> list[dict]:
        return self._send("getCredentials")["credentials"]

    def keep(self, credential: dict) -> None:
        """Keep a passkey of another device: a copy, if that has it still."""
        self._send("addCredential", credential=credential)

    def forget_all(self) -> None:
        self._send("clearCredentials")

    def _send(self, name, **parameters):
        return self._cdp.send(f"WebAuthn.{name}", {"authenticatorId": self.id} | parameters)
