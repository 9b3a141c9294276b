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
    session_expired="Sie wurden abgemeldet, weil Ihre Sitzung zu Ende ist. Bitte melden Sie sich neu an.",
    session_idle="Sie wurden abgemeldet, weil Sie eine Weile nicht da waren. Bitte melden Sie sich neu an.",
    session_revoked="Ihre Sitzung wurde beendet. Bitte melden Sie sich neu an.",
    password_changed="Sie wurden abgemeldet, weil Ihr Passwort geändert wurde. Bitte melden Sie sich mit dem neuen an.",
    password_confirmed=(
        "Sie wurden abgemeldet, weil Sie Ihr Passwort an einer anderen Stelle mit derselben Anmeldung bestätigt haben. "
        "Bitte melden Sie sich neu an."
    ),
    second_factor_confirmed=(
        "Sie wurden abgemeldet, weil Sie Ihren zweiten Faktor an einer anderen Stelle mit derselben Anmeldung bestätigt haben. "
        "Bitte melden Sie sich neu an."
    ),
    ended_by_administrator="Die Verwaltung hat Ihre Sitzung beendet. Bitte melden Sie sich neu an.",
    second_factor_reset="Die Verwaltung hat Ihre zweiten Faktoren entfernt. Bitte melden Sie sich neu an.",
    passkey_removed="Sie wurden abgemeldet, weil ein Passkey Ihres Kontos entfernt wurde. Bitte melden Sie sich neu an.",
    password_removed="Sie wurden abgemeldet, weil Ihr Passwort entfernt wurde. Bitte melden Sie sich auf anderem Weg an.",
    disowned=(
        "Sie wurden abgemeldet, weil aus Ihrem Postfach gemeldet wurde, dass Sie das nicht waren. Bitte wählen Sie ein neues "
        "Passwort."
    ),
    provider_removed=(
        "Sie wurden abgemeldet, weil eine Verknüpfung Ihres Kontos mit einem Anbieter entfernt wurde. "
        "Bitte melden Sie sich neu an."
    ),
    logged_out_at_provider="Sie wurden abgemeldet, weil Sie sich bei Ihrem Anbieter abgemeldet haben.",
    user_disabled="Die Verwaltung hat Ihr Konto gesperrt.",
    account_deleted="Ihr Konto ist gelöscht.",
    token_reused=(
        "Sie wurden abgemeldet, weil Ihre Anmeldung an zwei Orten verwendet wurde. Vielleicht hat jemand eine Kopie davon. "
        "Bitte melden Sie sich neu an. Falls Sie das nicht waren, ändern Sie Ihr Passwort."
    ),
    invalid_dpop_proof=(
        "Die Anmeldung in diesem Browser wurde für ein anderes Gerät gemacht und gilt hier nicht. Bitte melden Sie sich neu an."
    ),
    invalid_token="Die Anmeldung in diesem Browser gilt nicht mehr. Bitte melden Sie sich neu an.",
)

LOGIN = LoginTexts(
    title="Anmelden",
    subtitle="Willkommen zurück bei {app}.",
    or_="oder",
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
    subtitle="In einer Minute haben Sie alles für {app}.",
    display_name="Anzeigename",
    display_name_hint="Was andere sehen. Das Feld darf leer bleiben.",
    submit="Konto anlegen",
    busy="Wird angelegt …",
    have_one="Schon ein Konto? {log_in}",
    already="Sie sind als {user_name} angemeldet. Um ein weiteres Konto anzulegen, melden Sie sich zuerst ab.",
    go_on="Weiter",
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
    why_link="Ihre anderen Sitzungen enden, wenn Sie es wählen.",
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
