"""All texts that a person reads in the ready-made pages, to be translated or replaced; the defaults are English.

`Pages(texts=GERMAN)` chooses a language. `replace(ENGLISH, login=replace(ENGLISH.login, title="Welcome back"))`, with
`dataclasses.replace`, changes single texts. What is in braces is filled in, and is in a translation too. The app says the
language of the document, `rx.App(html_lang="de")`: screen readers pronounce by it, and times ("5 minutes ago") are in it.
"""

from rxapp.auth.web.texts.account import AccountTexts, ActivityTexts, SessionsTexts
from rxapp.auth.web.texts.administration import EventsTexts, UsersTexts, UserTexts
from rxapp.auth.web.texts.audit import EndTexts, EventKindTexts, NewsTexts
from rxapp.auth.web.texts.catalog import ENGLISH, Texts
from rxapp.auth.web.texts.common import ConfirmTexts, NoticeTexts, UserMenuTexts
from rxapp.auth.web.texts.german import GERMAN
from rxapp.auth.web.texts.overview import OverviewTexts, RefusalKindTexts
from rxapp.auth.web.texts.plurals import Counted
from rxapp.auth.web.texts.refusals import RefusalTexts
from rxapp.auth.web.texts.second_factor import SecondFactorTexts, SecurityTexts
from rxapp.auth.web.texts.signing_in import (
    LoginTexts,
    NewPasswordTexts,
    PasswordTexts,
    ReasonTexts,
    RegisterTexts,
    SetPasswordTexts,
)

__all__ = [
    "ENGLISH",
    "GERMAN",
    "AccountTexts",
    "ActivityTexts",
    "ConfirmTexts",
    "Counted",
    "EndTexts",
    "EventKindTexts",
    "EventsTexts",
    "LoginTexts",
    "NewPasswordTexts",
    "NewsTexts",
    "NoticeTexts",
    "OverviewTexts",
    "PasswordTexts",
    "ReasonTexts",
    "RefusalKindTexts",
    "RefusalTexts",
    "RegisterTexts",
    "SecondFactorTexts",
    "SecurityTexts",
    "SessionsTexts",
    "SetPasswordTexts",
    "Texts",
    "UserMenuTexts",
    "UserTexts",
    "UsersTexts",
]
