"""An event of the audit log in words, and which icon stands beside it."""

import re

from rxapp.auth.core.audit.events import EventKind, summary_detail
from rxapp.auth.core.audit.statistics import REFUSALS
from rxapp.auth.web.site.registry import site
from rxapp.auth.web.site.wording import device_in_words

_ICONS = {
    EventKind.LOGIN_FAILED: "failed",
    EventKind.REFRESH_REFUSED: "failed",
    EventKind.PASSWORD_CONFIRMATION_FAILED: "failed",
    EventKind.SECOND_FACTOR_REFUSED: "failed",
    EventKind.UPLOAD_REFUSED: "failed",
    EventKind.TOKEN_REUSED: "shield",
    EventKind.DEVICE_PROOF_REFUSED: "shield",
    EventKind.PERMISSION_DENIED: "shield",
    EventKind.THROTTLED: "clock",
    EventKind.LOGIN: "login",
    EventKind.SECOND_FACTOR_ASKED: "key",
    EventKind.SESSION_REVOKED: "logout",
    EventKind.SESSION_REPLACED: "login",
    EventKind.PASSWORD_CONFIRMED: "key",
    EventKind.SECOND_FACTOR_CONFIRMED: "key",
    EventKind.PASSWORD_CHANGED: "key",
    EventKind.PASSWORD_SET: "key",
    EventKind.PASSWORD_LINK_ISSUED: "link",
    EventKind.SECOND_FACTOR_RESET: "key",
    EventKind.DEVICE_TRUSTED: "shield",
    EventKind.DEVICE_TRUST_ENDED: "shield",
    EventKind.KEYS_ROTATED: "key",
    EventKind.ROLES_CHANGED: "shield",
}

_SAID_TO_EVERYBODY = {EventKind.ROLES_CHANGED, EventKind.USER_CREATED}
"""Kinds whose detail anybody understands: the names of roles."""

_SUMMARY = re.compile(re.escape(summary_detail(0)).replace("0", "([0-9]+)"))


def icon_of(kind: str) -> str:
    """The name of the icon. Kinds of features are about a user, as most of ours are."""
    return _ICONS.get(EventKind(kind), "user") if kind in list(EventKind) else "user"


def is_bad(kind: str) -> bool:
    """Whether the event says that something was refused or has failed."""
    return kind == EventKind.LOGIN_FAILED or kind in REFUSALS


def what_in_words(kind: str, detail: str) -> str:
    """What has happened. For a session that ended, why."""
    texts = site.texts
    of_an_end = texts.session_ends.of(detail) if kind == EventKind.SESSION_REVOKED else ""
    return of_an_end or texts.event_kinds.of(kind) or kind


def detail_in_words(kind: str, detail: str, *, is_own: bool) -> str:
    """What more there is to say. Codes and names of handlers are for administrators alone, which means: unless it `is_own`."""
    if kind == EventKind.SESSION_REVOKED:
        return ""
    if summary := _SUMMARY.fullmatch(detail):
        return site.texts.events.and_more.of(int(summary[1]))
    if kind == EventKind.DEVICE_TRUST_ENDED:
        return device_in_words(detail)
    return detail if not is_own or kind in _SAID_TO_EVERYBODY else ""
