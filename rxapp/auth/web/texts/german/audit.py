"""The audit log in words, in German."""

from rxapp.auth.web.texts.audit import EndTexts, EventKindTexts, NewsTexts

EVENT_KINDS = EventKindTexts(
    login="Angemeldet",
    login_failed="Fehlgeschlagener Versuch, sich anzumelden",
    second_factor_asked="Passwort richtig, zweiter Faktor verlangt",
    refresh_refused="Eine gespeicherte Anmeldung wurde abgelehnt",
    token_reused="Eine Anmeldung wurde an zwei Orten verwendet, darum wurde ihre Sitzung beendet",
    device_proof_refused="Eine Anmeldung wurde ohne den Schlüssel ihres Geräts verwendet und abgelehnt",
    session_revoked="Sitzung beendet",
    session_replaced="Neue Sitzung an der Stelle einer anderen",
    password_confirmed="Passwort bestätigt",
    password_confirmation_failed="Falsches Passwort beim Bestätigen",
    second_factor_confirmed="Zweiter Faktor bestätigt",
    second_factor_refused="Falscher Code bei der Frage nach dem zweiten Faktor",
    password_changed="Passwort geändert",
    password_set="Passwort über einen Link gesetzt",
    password_link_issued="Link zum Setzen des Passworts erstellt",
    user_registered="Konto selbst angelegt",
    user_imported="Konto aus einer anderen App übernommen",
    user_created="Konto angelegt",
    user_renamed="Anzeigename geändert",
    user_disabled="Konto gesperrt",
    user_enabled="Konto freigegeben",
    user_deleted="Konto gelöscht",
    roles_changed="Rollen geändert",
    permission_denied="Etwas ohne Berechtigung versucht",
    upload_refused="Upload abgelehnt: Er hatte kein Ticket von seiner Seite",
    second_factor_added="Gerät für Einmalcodes hinzugefügt",
    second_factor_renamed="Gerät für Einmalcodes umbenannt",
    second_factor_removed="Gerät für Einmalcodes entfernt",
    recovery_codes_made="Neue Wiederherstellungscodes erstellt",
    recovery_code_used="Mit einem Wiederherstellungscode angemeldet",
    second_factor_reset="Zweite Faktoren durch die Verwaltung entfernt",
    device_trusted="Gerät gemerkt: Eine Zeitlang fragt es nicht nach einem zweiten Faktor",
    device_trust_ended="Gerät fragt wieder nach einem zweiten Faktor",
    keys_rotated="Signaturschlüssel gewechselt",
    throttled="Zu viele Versuche, gebremst",
)

SESSION_ENDS = EndTexts(
    signed_out="Abgemeldet",
    session_revoked="Sitzung selbst beendet",
    password_changed="Sitzung beendet, weil das Passwort geändert wurde",
    second_factor_confirmed="Sitzung ersetzt, als der zweite Faktor bestätigt wurde",
    password_confirmed="Sitzung ersetzt, als das Passwort bestätigt wurde",
    ended_by_administrator="Sitzung durch die Verwaltung beendet",
    second_factor_reset="Sitzung beendet, weil die zweiten Faktoren entfernt wurden",
    user_disabled="Sitzung beendet, weil das Konto gesperrt wurde",
    account_deleted="Sitzung beendet, weil das Konto gelöscht wurde",
)

NEWS = NewsTexts(
    title="Während diese Seite offen war:",
    second_factor_added="Zu Ihrem Konto kam ein zweiter Faktor hinzu ({device}).",
    second_factor_renamed="Ein zweiter Faktor Ihres Kontos wurde umbenannt ({device}).",
    second_factor_removed="Ein zweiter Faktor wurde von Ihrem Konto entfernt ({device}).",
    recovery_codes_made="Für Ihr Konto wurden neue Wiederherstellungscodes erstellt ({device}).",
    recovery_code_used="Ein Wiederherstellungscode wurde zur Anmeldung verwendet ({device}).",
    not_you="Falls Sie das nicht waren, ändern Sie Ihr Passwort.",
)
