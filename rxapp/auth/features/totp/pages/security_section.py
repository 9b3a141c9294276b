"""The section of a person's own second factors: authenticator apps and recovery codes.

A new secret is in the state of the page until a code has confirmed it, and in no table: so nobody fills one by beginning.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict
from uuid import UUID

import reflex as rx

from rxapp.auth.core.database.outages import FORM_ERRORS, DatabaseUnavailable
from rxapp.auth.core.errors import AuthError, NotFound
from rxapp.auth.features.totp.pages.security_views import adding_dialog, apps, recovery, renaming_dialog
from rxapp.auth.features.totp.rules import devices
from rxapp.auth.features.totp.rules.codes import enrolment_uri, new_secret
from rxapp.auth.features.totp.rules.overview import overview_of
from rxapp.auth.features.totp.rules.qr_code import qr_code
from rxapp.auth.http.runtime.service import get_service, in_thread
from rxapp.auth.web.admission import current_user
from rxapp.auth.web.auth_state.visits import is_new_visit, visit_of
from rxapp.auth.web.guards import event
from rxapp.auth.web.pages.parts.wrong_fields import wrong_field
from rxapp.auth.web.reflex_internals.state_trees import page_client
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import in_words
from rxapp.auth.web.ui.components.passing_notice import Said, passing_notice, said
from rxapp.auth.web.ui.fields import about_no_field, notices
from rxapp.auth.web.ui.forms import text_in


class AddForm(TypedDict):
    """The name of the new app, and the code that it shows."""

    device_name: str
    code: str


class RenameForm(TypedDict):
    """The new name."""

    device_name: str


@dataclass
class DeviceRow:
    """An app as shown. Times in ISO 8601, `last_used_at` empty if it was never used."""

    id: str
    name: str
    created_at: str
    last_used_at: str


def codes_file(codes: list[str]) -> Any:
    """The event by which the browser saves these recovery codes as a text file."""
    text = "\n".join([get_service().settings.app_name, "", *codes, ""])
    return rx.download(data=text, filename="recovery-codes.txt", mime_type="text/plain")


class AppsState(rx.State):
    """What the section shows. `secret`, `uri` and the QR code are there while an app is added, `recovery_codes` only once."""

    devices: list[DeviceRow] = []
    has_factor: bool = False
    codes_left: int = 0
    recovery_codes: list[str] = []
    now: str = ""
    is_adding: bool = False
    secret: str = ""
    uri: str = ""
    qr_size: int = 1
    qr_path: str = ""
    renaming: str = ""
    old_name: str = ""
    said: Said = Said()
    error: str = ""
    wrong: str = ""
    wait: int = 0
    is_busy: bool = False

    _secret: str = ""
    _opened_in: int = 0
    """The visit in which the person has opened a dialog, or made codes."""

    @event
    async def load(self) -> None:
        """On load: the apps, and how many recovery codes are left."""
        self.is_busy = False
        if await is_new_visit(self):
            self._forget_answers()
        if self._opened_in != await visit_of(self):
            self._forget_secret()
            self.renaming, self.recovery_codes = "", []
        await self._load()

    @event(fresh=True, strength="best")
    async def begin(self) -> None:
        """Make a secret, and show it."""
        self._forget_answers()
        self.is_adding, self._secret, self._opened_in = True, new_secret(), await visit_of(self)
        user_name = current_user().user_name
        self.uri = enrolment_uri(self._secret, user_name, get_service().settings.app_name)
        self.qr_size, self.qr_path = await in_thread(qr_code, self.uri)
        self.secret = " ".join(self._secret[start : start + 4] for start in range(0, len(self._secret), 4))

    @event(fresh=True, strength="best")
    async def add(self, form: AddForm) -> Any:
        """Add the app if its code is right."""
        self._forget_answers()
        self.is_busy = True
        yield
        self.is_busy = False
        code, name = text_in(form, "code"), text_in(form, "device_name")
        try:
            self._require_secret()
            client = page_client(self)
            codes = await in_thread(devices.add, get_service(), current_user(), self._secret, client, code=code, name=name)
        except FORM_ERRORS as error:
            yield self._refuse(error, focus="code")
            return
        self._forget_secret()
        if codes:  # they say enough, and a notice would lie above them
            self.recovery_codes = codes
        else:
            self.said = said(site.texts.security.done)
        await self._load()

    @event
    async def cancel(self) -> None:
        """Forget the secret, and close the dialogs."""
        self._forget_answers()
        self._forget_secret()
        self.renaming = ""

    @event
    async def ask_for_name(self, device_id: str) -> None:
        """Open the dialog that renames an app."""
        self._forget_answers()
        for device in self.devices:
            if device.id == device_id:
                self.renaming, self.old_name, self._opened_in = device.id, device.name, await visit_of(self)

    @event(fresh=True, strength="best")
    async def rename(self, form: RenameForm) -> Any:
        """Rename the app."""
        if await self._act(devices.rename, self.renaming, text_in(form, "device_name")):
            self.renaming, self.said = "", said(site.texts.security.renamed)
        return rx.set_focus(self.wrong) if self.wrong else None

    @event(fresh=True, strength="best")
    async def remove(self, device_id: str) -> None:
        """Remove the app."""
        if await self._act(devices.remove, device_id):
            self.said = said(site.texts.security.removed)
            self.recovery_codes = self.recovery_codes if self.has_factor else []

    @event(fresh=True, strength="best")
    async def renew_codes(self) -> Any:
        """Make new recovery codes, and show them."""
        self._forget_answers()
        self._opened_in = await visit_of(self)
        try:
            self.recovery_codes = await in_thread(devices.renew_recovery_codes, get_service(), current_user(), page_client(self))
        except FORM_ERRORS as error:
            self._refuse(error, focus="")
        await self._load()

    @event
    async def download_codes(self) -> Any:
        """The codes that are shown, as a text file."""
        return codes_file(self.recovery_codes)

    @event
    async def hide_codes(self) -> None:
        """The person has stored them."""
        self.recovery_codes = []

    async def _act(self, operation: Callable[..., Any], device_id: str, *arguments: Any) -> bool:
        self._forget_answers()
        try:
            await in_thread(operation, get_service(), current_user(), _as_uuid(device_id), *arguments, page_client(self))
        except FORM_ERRORS as error:
            self._refuse(error, focus="")
        await self._load()
        return not self.error

    def _require_secret(self) -> None:
        if not self._secret:  # an event sent by hand, or the page was loaded anew
            raise NotFound

    def _forget_answers(self) -> None:
        self.said, self.error, self.wrong, self.wait = Said(), "", "", 0

    def _forget_secret(self) -> None:
        self.is_adding, self._secret, self.secret, self.uri, self.qr_size, self.qr_path = False, "", "", "", 1, ""

    def _refuse(self, error: AuthError | DatabaseUnavailable, *, focus: str) -> Any:
        self.error, self.wrong, self.wait = in_words(error), wrong_field(error), error.retry_after_seconds
        return rx.set_focus(self.wrong or focus)

    async def _load(self) -> None:
        found, self.has_factor, self.codes_left = await in_thread(overview_of, get_service(), current_user())
        self.devices = [
            DeviceRow(
                str(device.id),
                device.name,
                device.created_at.isoformat(),
                device.last_used_at.isoformat() if device.last_used_at else "",
            )
            for device in found
        ]
        self.now = get_service().clock().isoformat()


def _as_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        raise NotFound from None


def security_section() -> rx.Component:
    """The apps, and the recovery codes of whoever has a second factor. It needs `AppsState.load` on load."""
    state: Any = AppsState
    is_open = state.is_adding | (state.renaming != "")
    return rx.fragment(
        notices("", rx.cond(is_open, "", about_no_field(state)), class_name="mt-6 empty:hidden"),
        apps(state),
        rx.cond(state.has_factor, recovery(state)),
        adding_dialog(state),
        renaming_dialog(state),
        passing_notice(state.said),
    )
