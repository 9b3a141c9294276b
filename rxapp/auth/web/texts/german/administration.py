"""What administrators read, in German."""

from rxapp.auth.web.texts.administration import EventsTexts, UsersTexts, UserTexts
from rxapp.auth.web.texts.plurals import Counted

USERS = UsersTexts(
    page_title="Konten",
    title="Verwaltung",
    tabs="Verwaltung",
    users_tab="Konten",
    events_tab="Ereignisse",
    new_user="Neues Konto",
    display_name="Anzeigename",
    roles="Rollen",
    roles_hint="Durch Kommas getrennt; darf leer bleiben.",
    create="Konto anlegen",
    creating="Wird angelegt …",
    created="{user_name} hat jetzt ein Konto. Geben Sie der Person den Link unten.",
    link="Link zum Setzen des Passworts",
    copy="Kopieren",
    link_hint="Er gilt einmal und wird nicht wieder gezeigt. Geben Sie ihn sonst niemandem.",
    search="Nach Namen suchen",
    label="Konten",
    found=Counted("1 Konto", "{count} Konten"),
    disabled="Gesperrt",
    no_roles="keine Rollen",
    sessions=Counted("1 Sitzung", "{count} Sitzungen", "nicht angemeldet"),
)

USER = UserTexts(
    page_title="Konto",
    no_password="Noch kein Passwort",
    enable="Freigeben",
    disable="Sperren",
    make_link="Passwortlink erstellen",
    roles="Rollen",
    another_role="Weitere Rolle",
    give="Geben",
    giving="Wird gegeben …",
    sessions="Sitzungen",
    end_all="Alle beenden",
    no_sessions="Nirgends angemeldet.",
    events="Letzte Ereignisse",
    done="Erledigt.",
    unknown="Dieses Konto gibt es nicht.",
)

EVENTS = EventsTexts(
    page_title="Ereignisse",
    user="Konto",
    kind="Was geschah",
    any_kind="Alles",
    since="Ab (UTC)",
    until="Bis (UTC)",
    filter="Filtern",
    unknown_user="Es gibt kein Konto dieses Namens.",
    wrong_day="Ein Tag hat die Form 2026-01-31.",
    found=Counted("1 Ereignis", "{count} Ereignisse"),
    export="Als CSV-Datei laden",
    label="Ereignisse",
    by="durch {name}",
    nobody="niemand Bekanntes",
    user_gone="ein gelöschtes Konto ({id})",
    actor_gone="jemand mit gelöschtem Konto ({id})",
)
