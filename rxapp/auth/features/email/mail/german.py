"""German."""

from rxapp.auth.features.email.mail.texts import Letter, MailTexts

GERMAN = MailTexts(
    language="de",
    greeting="Hallo {user_name},",
    letters={
        "confirm": Letter(
            "Bestätigen Sie Ihre E-Mail-Adresse für {app}",
            "Jemand möchte diese Adresse für ein Konto bei {app} verwenden. Wenn Sie das sind, ist das Ihr Code:",
            "Der Code gilt zehn Minuten, auf der Seite, auf der Sie ihn angefordert haben.",
            "Adresse bestätigen",
            "Wenn Sie das nicht sind, tun Sie nichts. Dann kommt mit Ihrer Adresse niemand weiter.",
        ),
        "reset": Letter(
            "Neues Passwort für {app}",
            "Jemand hat für Ihr Konto bei {app} ein neues Passwort angefordert. Wenn Sie das waren, ist das Ihr Code:",
            "Der Code gilt zehn Minuten, auf der Seite, auf der Sie ihn angefordert haben.",
            "Neues Passwort wählen",
            "Wenn Sie das nicht waren, tun Sie nichts. Ihr Passwort bleibt, wie es ist.",
            "Stattdessen können Sie eine halbe Stunde lang diese Seite öffnen:",
        ),
        "login": Letter(
            "Ihr Code zum Anmelden bei {app}",
            "Das ist Ihr Code zum Anmelden bei {app}:",
            "Er gilt zehn Minuten, auf der Seite, auf der Sie ihn angefordert haben. Sagen Sie ihn niemandem.",
            "Anmelden",
            "Wenn Sie sich nicht anmelden möchten, tun Sie nichts.",
        ),
        "step_up": Letter(
            "Ihr Code für {app}",
            "Mit diesem Code bestätigen Sie bei {app}, dass Sie es sind:",
            "Er gilt zehn Minuten, auf der Seite, auf der Sie ihn angefordert haben. Sagen Sie ihn niemandem.",
            "",
            "Wenn Sie ihn nicht angefordert haben, benutzt jemand anderes Ihr Konto. Melden Sie sich an und beenden Sie alle "
            "anderen Sitzungen.",
        ),
        "invite": Letter(
            "Sie haben ein Konto bei {app}",
            "Für Sie wurde ein Konto bei {app} angelegt. Wählen Sie ein Passwort, um es zu benutzen. Der Link gilt sieben Tage.",
            "",
            "Passwort wählen",
            "Wenn Sie nicht wissen, warum, tun Sie nichts.",
        ),
        "notice": Letter("Ihr Konto bei {app}: {notice_subject}", "{notice}"),
        "more_notices": Letter(
            "Ihr Konto bei {app}: es ist viel geschehen",
            "Mit Ihrem Konto ist in einer Stunde mehr geschehen, als wir Nachrichten schreiben. Melden Sie sich an und sehen Sie "
            "in die Aktivitäten.",
        ),
        "address_changed": Letter(
            "Ihr Konto bei {app} hat eine andere E-Mail-Adresse",
            "Die E-Mail-Adresse Ihres Kontos bei {app} wurde geändert. Diese hier wird dafür nicht mehr verwendet.",
            "",
            "Änderung zurücknehmen",
            "Wenn Sie das nicht waren, nehmen Sie es innerhalb von sieben Tagen zurück. Alle Sitzungen und das Passwort "
            "enden, und Sie bekommen einen Link für ein neues.",
        ),
        "address_removed": Letter(
            "Ihr Konto bei {app} hat keine E-Mail-Adresse mehr",
            "Die E-Mail-Adresse Ihres Kontos bei {app} wurde entfernt.",
            "",
            "Zurücknehmen",
            "Wenn Sie das nicht waren, nehmen Sie es innerhalb von sieben Tagen zurück. Alle Sitzungen und das Passwort "
            "enden, und Sie bekommen einen Link für ein neues.",
        ),
        "address_in_use": Letter(
            "Ihre E-Mail-Adresse bei {app}",
            "Jemand möchte diese Adresse für ein anderes Konto bei {app} verwenden. Sie gehört schon zu Ihrem: {user_name}.",
            "",
            "",
            "Wenn Sie das waren, melden Sie sich mit diesem Konto an. Wenn Sie dessen Passwort vergessen haben, fordern Sie auf "
            "der Anmeldeseite ein neues an.",
        ),
    },
    notices={
        "new_device": "Jemand hat sich mit Ihrem Konto auf einem Gerät angemeldet, das es bisher nicht kannte.",
        "password_changed": "Das Passwort Ihres Kontos wurde geändert.",
        "password_set": "Das Passwort Ihres Kontos wurde gesetzt.",
        "password_removed": "Das Passwort Ihres Kontos wurde entfernt.",
        "token_reused": "Eine Anmeldung wurde an zwei Orten benutzt. Vielleicht hat sie jemand kopiert, darum wurde sie beendet.",
        "second_factor_reset": "Die zweiten Faktoren Ihres Kontos wurden von der Verwaltung entfernt.",
        "second_factor_added": "Ihrem Konto wurde ein zweiter Faktor hinzugefügt.",
        "second_factor_removed": "Ein zweiter Faktor Ihres Kontos wurde entfernt.",
        "recovery_codes_made": "Für Ihr Konto wurden neue Wiederherstellungscodes erzeugt.",
        "recovery_code_used": "Ein Wiederherstellungscode wurde benutzt, um sich mit Ihrem Konto anzumelden.",
        "passkey_added": "Ihrem Konto wurde ein Passkey hinzugefügt.",
        "passkey_removed": "Ein Passkey Ihres Kontos wurde entfernt.",
        "passkey_not_asked_for": "Nach Ihrem Passwort wird kein Passkey mehr verlangt.",
        "provider_linked": "Ein Konto bei einem anderen Anbieter wurde mit Ihrem verknüpft. Es meldet sich bei Ihrem Konto an.",
        "provider_unlinked": "Die Verknüpfung Ihres Kontos mit einem bei einem anderen Anbieter wurde entfernt.",
        "user_deleted": "Ihr Konto wurde gelöscht.",
    },
    not_me="Das war ich nicht",
    not_me_why="Wenn Sie das nicht waren: das beendet alle Sitzungen Ihres Kontos, das Passwort gilt nicht mehr, und Sie "
    "bekommen einen Link für ein neues.",
    when="Wann",
    device="Gerät",
    network="Netzwerkadresse",
    browser_on="{browser} unter {system}",
    by_other="Es geschah durch die Verwaltung.",
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    moment="{day}. {month} {year}, {hour:02}:{minute:02} UTC",
    footer="Diese Nachricht wurde von {app} geschickt. Antworten darauf liest niemand.",
)
