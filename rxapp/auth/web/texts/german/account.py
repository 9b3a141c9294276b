"""A person's own account, in German."""

from rxapp.auth.web.texts.account import AccountTexts, ActivityTexts, SessionsTexts
from rxapp.auth.web.texts.plurals import Counted

ACCOUNT = AccountTexts(
    page_title="Ihr Konto",
    title="Ihr Konto",
    tabs="Konto",
    profile_tab="Profil",
    sessions_tab="Sitzungen",
    activity_tab="Verlauf",
    profile="Profil",
    your_user_name="Ihr Benutzername ist {user_name}.",
    display_name="Anzeigename",
    save="Speichern",
    saving="Wird gespeichert …",
    saved="Gespeichert.",
    password="Passwort",
    no_password="Ihr Konto hat kein Passwort. Unter Sicherheit können Sie eines setzen.",
    current_password="Bisheriges Passwort",
    end_others=Counted(
        "Überall sonst abmelden: eine weitere Sitzung",
        "Überall sonst abmelden: {count} weitere Sitzungen",
        "Überall sonst abmelden",
    ),
    change_password="Passwort ändern",
    changing="Wird geändert …",
    password_changed=Counted(
        "Ihr Passwort ist geändert. Eine weitere Sitzung wurde beendet.",
        "Ihr Passwort ist geändert. {count} weitere Sitzungen wurden beendet.",
        "Ihr Passwort ist geändert.",
    ),
    deletion="Konto löschen",
    cannot_be_undone="Das lässt sich nicht rückgängig machen.",
    deletion_password="Ihr Passwort, um das Konto zu löschen",
    delete="Mein Konto löschen",
    delete_question="Ihr Konto löschen?",
    deleting="Wird gelöscht …",
)

SESSIONS = SessionsTexts(
    page_title="Ihre Sitzungen",
    intro="Wo Sie angemeldet sind. Beenden Sie jede Sitzung, die Sie nicht kennen.",
    label="Sitzungen",
    this_device="Dieses Gerät",
    unknown_device="Unbekanntes Gerät",
    device="{browser} auf {system}",
    open_pages=Counted("eine Seite offen", "{count} Seiten offen", "keine Seite offen"),
    bound_here="an dieses Gerät gebunden",
    bound="an ihr Gerät gebunden",
    bound_hint="Sie gilt nur zusammen mit einem Schlüssel, den ihr Browser nicht herausgibt.",
    not_bound="nicht gebunden",
    not_bound_hint="Wer kopiert, was ihr Browser oder Programm gespeichert hat, kann sie verwenden.",
    times="Angemeldet {created} · zuletzt verwendet {last_used}",
    end="Beenden",
    end_this_label="Diese Sitzung beenden",
    end_label="Sitzung beenden: {device}",
    end_all_others="Alle anderen beenden",
    ended="Die Sitzung ist beendet.",
    had_ended="Diese Sitzung war schon beendet.",
    others_ended=Counted("Eine Sitzung wurde beendet.", "{count} Sitzungen wurden beendet."),
    trusted="Geräte, die nicht nach einem Code fragen",
    trusted_why="Auf diesen genügt Ihr Passwort. Beenden Sie es für jedes Gerät, das Sie nicht kennen.",
    trusted_times="Gemerkt {since} · Code wieder nötig {until}",
    ask_again="Wieder fragen",
    ask_again_label="Wieder nach einem Code fragen: {device}",
    asked_again="Dieses Gerät fragt wieder nach einem Code.",
)

ACTIVITY = ActivityTexts(
    page_title="Ihr Verlauf",
    intro="Was mit Ihrem Konto geschehen ist. Falls Sie etwas davon nicht waren, ändern Sie Ihr Passwort.",
    more="Mehr zeigen",
)
