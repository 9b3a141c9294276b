"""What administrators read on the overview, in German."""

from rxapp.auth.web.texts.overview import OverviewTexts, RefusalKindTexts

OVERVIEW = OverviewTexts(
    page_title="Übersicht",
    tab="Übersicht",
    updated="Stand: {time}",
    refresh="Aktualisieren",
    is_new="Noch gibt es wenig zu sehen: Das Protokoll beginnt heute. Die Diagramme füllen sich, sobald sich Menschen anmelden.",
    figures="Zahlen von heute",
    users="Konten",
    new_users="{count} neu seit heute",
    sessions="Aktive Sitzungen",
    sessions_now="in diesem Moment",
    logins_today="Anmeldungen heute",
    failed_today="Fehlschläge heute",
    day_before="{count} gestern bis zu dieser Zeit",
    charts="Verlauf",
    in_utc="Tage und Stunden in UTC.",
    unit="Zeige",
    per_day="Nach Tagen",
    per_hour="Nach Stunden",
    in_days="in den letzten {count} Tagen",
    in_hours="in den letzten {count} Stunden",
    logins="Anmeldungen",
    no_logins="In dieser Zeit hat sich niemand angemeldet.",
    failed="Fehlgeschlagene Anmeldungen",
    no_failed="In dieser Zeit ist keine Anmeldung fehlgeschlagen.",
    refusals="Abgelehntes nach Grund",
    no_refusals="In dieser Zeit wurde nichts abgelehnt.",
    reasons=RefusalKindTexts(
        refresh_refused="Gespeicherte Anmeldung abgelehnt",
        token_reused="Anmeldung an zwei Stellen benutzt",
        device_proof_refused="Anmeldung ohne den Schlüssel ihres Geräts",
        password_confirmation_failed="Falsches Passwort beim Bestätigen",
        second_factor_refused="Falscher zweiter Faktor beim Bestätigen",
        permission_denied="Ohne Berechtigung",
        upload_refused="Upload ohne Ticket",
        throttled="Ausgebremst",
    ),
    show_numbers="Zahlen anzeigen",
    when="Zeit (UTC)",
    bounded=(
        "Gezählt aus dem Protokoll. Bei sehr vielen Versuchen von einer Adresse hat es nur einen Teil davon; "
        "„Ausgebremst“ zeigt, dass es mehr waren."
    ),
)
