"""Second factors, in German."""

from rxapp.auth.web.texts.plurals import Counted
from rxapp.auth.web.texts.second_factor import SecondFactorTexts, SecurityTexts

SECOND_FACTOR = SecondFactorTexts(
    title="Noch ein Schritt",
    why="Geben Sie die sechs Ziffern ein, die Ihre Authenticator-App jetzt zeigt.",
    code="Einmalcode",
    why_recovery="Geben Sie einen der Wiederherstellungscodes ein, die Sie aufbewahrt haben. Jeder gilt einmal.",
    recovery_code="Wiederherstellungscode",
    use_recovery="Stattdessen einen Wiederherstellungscode verwenden",
    use_app="Stattdessen die Authenticator-App verwenden",
    submit="Bestätigen",
    busy="Wird geprüft …",
    enrol_title="Zweiten Faktor hinzufügen",
    enrol_why=(
        "Ihr Konto muss einen haben. Sie brauchen eine App, die Einmalcodes erzeugt, auf dem Telefon oder im Passwortmanager."
    ),
    back="Von vorn beginnen",
    trust=Counted("Auf diesem Gerät einen Tag lang nicht mehr fragen", "Auf diesem Gerät {count} Tage lang nicht mehr fragen"),
    trust_briefly="Auf diesem Gerät eine Weile nicht mehr fragen",
)

SECURITY = SecurityTexts(
    page_title="Sicherheit",
    tab="Sicherheit",
    apps="Authenticator-Apps",
    none=(
        "Mit einer Authenticator-App auf Ihrem Telefon genügt Ihr Passwort allein nicht mehr: "
        "Jede Anmeldung fragt auch nach einem Code."
    ),
    some="Jede Anmeldung fragt nach dem Passwort noch nach dem Code von einer davon.",
    add="Authenticator-App hinzufügen",
    added="Hinzugefügt {when}",
    last_used="zuletzt verwendet {when}",
    never_used="noch nicht verwendet",
    rename="Umbenennen",
    rename_label="{name} umbenennen",
    rename_title="App umbenennen",
    save="Speichern",
    saving="Wird gespeichert …",
    remove="Entfernen",
    remove_question="{name} entfernen?",
    remove_why=(
        "Ihre Codes gelten dann nicht mehr. Ganz ohne zweiten Faktor genügt Ihr Passwort "
        "allein, und die Wiederherstellungscodes enden."
    ),
    removed="Die App ist entfernt.",
    renamed="Der Name ist geändert.",
    add_title="Authenticator-App hinzufügen",
    scan="Lesen Sie diesen Code mit der App ein, oder öffnen Sie den Link auf dem Telefon, das sie hat.",
    qr_code="QR-Code für die Authenticator-App",
    open_link="In einer App auf diesem Gerät öffnen",
    secret="Oder tippen Sie diesen Schlüssel in die App",
    name="Bezeichnung",
    name_hint="Damit Sie sie später wiedererkennen.",
    default_name="Telefon",
    code="Code, den die App jetzt zeigt",
    confirm="Hinzufügen",
    confirming="Wird geprüft …",
    done="Die App ist hinzugefügt. Ab jetzt fragt jede Anmeldung nach ihrem Code.",
    recovery="Wiederherstellungscodes",
    recovery_why=(
        "Wenn Ihr Telefon oder Ihr Passkey verloren geht, lässt Sie nach dem Passwort ein "
        "Wiederherstellungscode hinein. Jeder gilt einmal."
    ),
    left=Counted(
        "Ein Wiederherstellungscode ist übrig.",
        "{count} Wiederherstellungscodes sind übrig.",
        "Es ist kein Wiederherstellungscode übrig.",
    ),
    renew="Neue Wiederherstellungscodes erstellen",
    renew_question="Zehn neue Wiederherstellungscodes erstellen?",
    renew_why="Alle alten enden sofort.",
    shown_once="Bewahren Sie diese Codes so auf, dass niemand sonst sie findet. Sie werden nicht noch einmal gezeigt.",
    codes_label="Ihre Wiederherstellungscodes",
    copy="Kopieren",
    download="Herunterladen",
    print="Drucken",
    stored="Ich habe sie aufbewahrt",
    of_user="Zweite Faktoren",
    of_user_none="Keine. Das Passwort allein genügt.",
    of_user_some="Es gibt eine Authenticator-App oder Passkeys.",
    reset="Alle zweiten Faktoren entfernen",
    reset_question="Alle zweiten Faktoren von {user_name} entfernen?",
    reset_why=(
        "Tun Sie das nur, wenn Sie sicher wissen, wer darum bittet. Apps, Wiederherstellungscodes und Passkeys "
        "verschwinden, alle Sitzungen enden, und das Passwort allein genügt. "
        "Wer kein Passwort hat, braucht danach einen Link, um eines zu setzen."
    ),
)
