"""Login, registration and choosing a password, in German."""

from rxapp.auth.web.texts.plurals import Counted
from rxapp.auth.web.texts.signing_in import (
    LoginTexts,
    NewPasswordTexts,
    PasswordTexts,
    ReasonTexts,
    RegisterTexts,
    SetPasswordTexts,
)

REASONS = ReasonTexts(
    signed_out="Sie sind abgemeldet.",
    session_expired="Ihre Sitzung ist zu Ende. Bitte melden Sie sich neu an.",
    session_idle="Sie waren eine Weile nicht da, darum haben wir Sie abgemeldet. Bitte melden Sie sich neu an.",
    session_revoked="Ihre Sitzung wurde beendet. Bitte melden Sie sich neu an.",
    password_changed="Ihr Passwort wurde geändert, darum wurden Sie hier abgemeldet. Bitte melden Sie sich mit dem neuen an.",
    password_confirmed=(
        "Ihr Passwort wurde an einer anderen Stelle mit derselben Anmeldung bestätigt, darum wurden Sie hier abgemeldet. "
        "Bitte melden Sie sich neu an."
    ),
    ended_by_administrator="Die Verwaltung hat Ihre Sitzung beendet. Bitte melden Sie sich neu an.",
    user_disabled="Die Verwaltung hat Ihr Konto gesperrt.",
    account_deleted="Ihr Konto ist gelöscht.",
    token_reused=(
        "Wir haben Sie abgemeldet, weil Ihre Anmeldung an zwei Orten verwendet wurde: Jemand anderes hat vielleicht eine Kopie "
        "davon. Bitte melden Sie sich neu an, und ändern Sie Ihr Passwort, falls Sie das nicht waren."
    ),
    invalid_dpop_proof=(
        "Die Anmeldung in diesem Browser wurde für ein anderes Gerät gemacht und gilt hier nicht. Bitte melden Sie sich neu an."
    ),
    invalid_token="Ihre gespeicherte Anmeldung galt nicht mehr. Bitte melden Sie sich neu an.",
)

LOGIN = LoginTexts(
    title="Anmelden",
    username="Benutzername",
    password="Passwort",
    submit="Anmelden",
    busy="Anmeldung läuft …",
    new_here="Neu hier? {register}",
    register="Konto anlegen",
    reasons=REASONS,
)

REGISTER = RegisterTexts(
    title="Konto anlegen",
    display_name="Anzeigename",
    display_name_hint="Was andere sehen. Das Feld darf leer bleiben.",
    submit="Konto anlegen",
    busy="Wird angelegt …",
    have_one="Schon ein Konto? {log_in}",
)

PASSWORD_FIELDS = PasswordTexts(
    show="Zeigen",
    show_label="Eingabe zeigen",
    password="Passwort",
    repeat_password="Passwort wiederholen",
    new_password="Neues Passwort",
    repeat_new_password="Neues Passwort wiederholen",
    mismatch="Die beiden Passwörter sind nicht gleich.",
    hint="Mindestens {minimum} Zeichen. Ein paar zufällige Wörter genügen.",
    missing=Counted("Noch 1 Zeichen", "Noch {count} Zeichen"),
    strengths=("Geht besser", "Gut", "Sehr gut"),
)

NEW_PASSWORD_STAGE = NewPasswordTexts(
    title="Neues Passwort wählen",
    why="Ihr Passwort war richtig, ist aber nach den heutigen Regeln zu leicht zu erraten. Wählen Sie zum Anmelden ein neues.",
    submit="Damit anmelden",
    busy="Anmeldung läuft …",
    back="Von vorn beginnen",
)

SET_PASSWORD_PAGE = SetPasswordTexts(
    title="Passwort setzen",
    whose="Für das Konto {user_name}.",
    submit="Passwort setzen",
    busy="Wird gesetzt …",
    spent="Dieser Link wurde schon verwendet oder ist zu alt. Bitten Sie um einen neuen.",
)
