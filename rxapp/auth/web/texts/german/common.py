"""What may appear on any page, in German."""

from rxapp.auth.web.texts.common import ConfirmTexts, NoticeTexts, UserMenuTexts
from rxapp.auth.web.texts.plurals import Counted

CONFIRM = ConfirmTexts(
    label="Bestätigen, dass Sie es sind",
    title="Bitte bestätigen Sie, dass Sie es sind",
    why="Sie sind dabei, etwas zu tun, das nur Sie tun sollten. Zeigen Sie, dass Sie es sind, um fortzufahren.",
    password="Ihr Passwort",
    cancel="Abbrechen",
    submit="Bestätigen",
    busy="Wird geprüft …",
    factor_title="Bitte bestätigen Sie mit Ihrem zweiten Faktor",
    factor_why="Was Sie tun wollen, verlangt mehr als Ihr Passwort.",
    factor_of_page="Diese Seite verlangt mehr als Ihr Passwort.",
    factor_missing="Sie haben noch keinen. Fügen Sie zuerst einen hinzu, etwa eine Authenticator-App.",
    factor_add="Zu Ihren zweiten Faktoren",
)

USER_MENU = UserMenuTexts(
    label="Ihr Konto, {name}",
    menu="Ihr Konto",
    account="Konto",
    sessions="Sitzungen",
    administration="Verwaltung",
    colours="Hell oder dunkel",
    log_in="Anmelden",
    log_out="Abmelden",
)

NOTICES = NoticeTexts(
    loading="Wird geladen …",
    no_access="Sie haben keinen Zugang zu dieser Seite",
    no_access_why="Ihrem Konto fehlt die Rolle, die diese Seite verlangt. Die Verwaltung kann sie Ihnen geben.",
    not_found="Diese Seite gibt es nicht",
    not_found_why="Vielleicht ist die Adresse falsch, oder die Seite ist umgezogen.",
    to_the_start="Zurück zum Anfang",
    try_again_in_minutes=Counted("Versuchen Sie es in einer Minute wieder.", "Versuchen Sie es in {count} Minuten wieder."),
    try_again_in_seconds=Counted("Versuchen Sie es in 1 Sekunde wieder.", "Versuchen Sie es in {count} Sekunden wieder."),
    try_again_now="Sie können es jetzt wieder versuchen.",
    slow_down="Das war zu viel auf einmal. Sie bleiben angemeldet.",
    key_unreadable="Einen Augenblick: dieser Browser kann seinen Schlüssel für diese Seite nicht lesen. Sie bleiben angemeldet.",
    log_in_again="Neu anmelden",
    storage_full=(
        "Der Speicher dieses Browsers für diese Seite ist voll: Wenn Sie sie verlassen oder neu laden, werden Sie abgemeldet."
    ),
    storage_denied=(
        "Dieser Browser speichert nichts für diese Seite: Wenn Sie die Seite verlassen oder neu laden, werden Sie abgemeldet."
    ),
    nothing_was_done=(
        "Das ging gerade nicht. Sie sind weiterhin angemeldet, falls Sie es waren; bitte versuchen Sie es gleich noch einmal."
    ),
    failed="Bei uns ist etwas schiefgegangen. Wenn es wieder geschieht, nennen Sie uns diese Nummer: {request_id}.",
    not_connected="Der Server ist gerade nicht erreichbar. Sobald er es wieder ist, geht diese Seite von selbst weiter.",
    may_have_been_done=(
        "Die Verbindung brach im letzten Augenblick ab. Bitte sehen Sie nach, ob es geschehen ist, bevor Sie es wieder versuchen."
    ),
    close="Schließen",
    previous="Zurück",
    next="Weiter",
    page_of="Seite {page} von {pages}",
    pages="Seiten",
)
