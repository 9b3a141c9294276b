"""German."""

from rxapp.auth.web.texts.catalog import Texts
from rxapp.auth.web.texts.german.account import ACCOUNT, ACTIVITY, SESSIONS
from rxapp.auth.web.texts.german.administration import EVENTS, USER, USERS
from rxapp.auth.web.texts.german.audit import EVENT_KINDS, NEWS, SESSION_ENDS
from rxapp.auth.web.texts.german.common import CONFIRM, NOTICES, USER_MENU
from rxapp.auth.web.texts.german.email import EMAIL, MAIL, MAIL_LINK
from rxapp.auth.web.texts.german.overview import OVERVIEW
from rxapp.auth.web.texts.german.passkeys import PASSKEYS
from rxapp.auth.web.texts.german.providers import PROVIDERS
from rxapp.auth.web.texts.german.refusals import REFUSALS
from rxapp.auth.web.texts.german.second_factor import SECOND_FACTOR, SECURITY
from rxapp.auth.web.texts.german.signing_in import LOGIN, NEW_PASSWORD_STAGE, PASSWORD_FIELDS, REGISTER, SET_PASSWORD_PAGE

GERMAN = Texts(
    login=LOGIN,
    register=REGISTER,
    password=PASSWORD_FIELDS,
    set_password=SET_PASSWORD_PAGE,
    new_password=NEW_PASSWORD_STAGE,
    second_factor=SECOND_FACTOR,
    security=SECURITY,
    passkeys=PASSKEYS,
    providers=PROVIDERS,
    email=EMAIL,
    mail_link=MAIL_LINK,
    mail=MAIL,
    account=ACCOUNT,
    sessions=SESSIONS,
    activity=ACTIVITY,
    overview=OVERVIEW,
    users=USERS,
    user=USER,
    events=EVENTS,
    event_kinds=EVENT_KINDS,
    session_ends=SESSION_ENDS,
    news=NEWS,
    confirm=CONFIRM,
    user_menu=USER_MENU,
    notices=NOTICES,
    refusals=REFUSALS,
)
