"""E-mail, in German."""

from rxapp.auth.web.texts.email import EmailTexts, MailLinkTexts, MailTexts

EMAIL = EmailTexts(
    login_hint="Oder Ihre E-Mail-Adresse.",
    forgot="Passwort vergessen?",
    forgot_title="Passwort vergessen?",
    forgot_why=(
        "Wir schicken einen Code und einen Link an die E-Mail-Adresse Ihres Kontos. Mit einem davon wählen Sie ein neues "
        "Passwort."
    ),
    code_instead="Code per E-Mail bekommen",
    code_title="Mit einem Code anmelden",
    code_why="Wir schicken einen Code an die E-Mail-Adresse Ihres Kontos.",
    who="Benutzername oder E-Mail-Adresse",
    send="Senden",
    sending="Wird gesendet…",
    sent_title="Sehen Sie in Ihr Postfach",
    sent="Wenn es ein solches Konto mit einer E-Mail-Adresse gibt, ist eine Nachricht mit einem Code dorthin unterwegs.",
    code="Code aus der Nachricht",
    go_on="Weiter",
    going_on="Wird geprüft…",
    again="Noch einmal senden",
    to_login="Zur Anmeldung",
    address="E-Mail-Adresse",
    no_address=(
        "Mit einer E-Mail-Adresse können Sie ein neues Passwort wählen, wenn Sie Ihres vergessen, und Sie erfahren, was hier "
        "geschieht."
    ),
    has_address="Nachrichten über Ihr Konto gehen an {address}.",
    new_address="Neue E-Mail-Adresse",
    confirm_sent="Eine Nachricht mit einem Code ist unterwegs an {address}.",
    confirm="Bestätigen",
    confirmed="Ihre E-Mail-Adresse ist bestätigt.",
    cancel="Abbrechen",
    remove="Adresse entfernen",
    remove_question="Ihre E-Mail-Adresse entfernen?",
    remove_why="Wenn Sie dann Ihr Passwort vergessen, kann Ihnen nur die Verwaltung helfen.",
    removed="Ihre E-Mail-Adresse wurde entfernt.",
    stage_why="Ihr Konto braucht eine E-Mail-Adresse. Wir schicken einen Code dorthin.",
    of_user="E-Mail-Adresse",
    of_user_none="Keine.",
    invite_hint="Wenn Sie sie ausfüllen, geht der Link dorthin, und wer ihn benutzt, hat die Adresse bestätigt.",
    invited="{user_name} wurde angelegt, und ein Link ist unterwegs an {address}.",
    confirm_by_code="Code per E-Mail schicken",
    confirm_with_code="Mit dem Code bestätigen",
)

MAIL_LINK = MailLinkTexts(
    title="Link aus einer Nachricht",
    reset="Ein neues Passwort für den Benutzer {user_name} wählen. Dann enden alle Sitzungen des Kontos.",
    reset_button="Neues Passwort wählen",
    invite="Ein Passwort für den Benutzer {user_name} wählen.",
    invite_button="Passwort wählen",
    login="Hier als {user_name} anmelden.",
    login_button="Anmelden",
    elsewhere="Jemand möchte sich in einem anderen Browser als {user_name} anmelden:",
    elsewhere_device="{device}, Netzwerkadresse {network}",
    elsewhere_why="Wenn Sie das sind, tippen Sie dort den Code ein. Sagen Sie ihn sonst niemandem.",
    show_code="Das bin ich: Code zeigen",
    not_me_button="Das bin ich nicht",
    refused="Diese Anmeldung ist nicht mehr möglich.",
    confirm="Die Adresse {address} für den Benutzer {user_name} bestätigen.",
    confirm_button="Adresse bestätigen",
    confirm_elsewhere=(
        "Damit wird die Adresse eines Kontos bestätigt, mit dem Sie hier nicht angemeldet sind. Melden Sie sich damit an, oder "
        "tippen Sie den Code der Nachricht dort ein, wo Sie ihn angefordert haben. Wenn Sie das nicht waren, tun Sie nichts."
    ),
    log_in="Anmelden",
    confirmed="Die Adresse ist bestätigt.",
    undo="Die E-Mail-Adresse des Benutzers {user_name} wurde geändert. Zurücknehmen, sodass sie wieder {address} ist?",
    undo_why=(
        "Alle Sitzungen des Kontos enden. Das Passwort und zweite Faktoren, die seither dazukamen, gelten nicht mehr, und an "
        "diese Adresse wird ein Link für ein neues Passwort geschickt."
    ),
    undo_button="Änderung zurücknehmen",
    undone="Die Änderung ist zurückgenommen. Alle Sitzungen sind beendet, ein Link für ein neues Passwort ist unterwegs.",
    disown="Mit dem Konto {user_name} ist etwas geschehen, das Sie nicht waren?",
    disown_why=(
        "Alle Sitzungen des Kontos enden. Das Passwort und zweite Faktoren, die seither dazukamen, gelten nicht mehr, und Sie "
        "bekommen einen Link für ein neues Passwort."
    ),
    disown_button="Das war ich nicht",
    disowned="Alle Sitzungen sind beendet, ein Link für ein neues Passwort ist unterwegs zu Ihnen.",
    busy="Einen Moment…",
    ended="Dieser Link wurde schon benutzt oder ist zu alt.",
    to_the_start="Zur Startseite",
)

MAIL = MailTexts(
    page_title="Nachrichten",
    tab="Nachrichten",
    label="Nachrichten",
    what="Was",
    recipient="An",
    state="Stand",
    created="Erstellt",
    sent="Gesendet",
    waits="Wartet",
    given_up="Aufgegeben",
    attempts="Versuch {tries}: {error}",
    retry="Noch einmal versuchen",
    retried="Es wird noch einmal versucht.",
    none="Keine Nachricht",
    none_why="Nachrichten stehen hier eine Woche lang, und die, die nicht gesendet werden konnten, einen Monat.",
    mailbox="Postfach",
    mailbox_why="In der Entwicklung ohne Mailserver wären diese Nachrichten gesendet worden.",
    confirm="Adresse bestätigen",
    reset="Neues Passwort",
    login="Code zum Anmelden",
    step_up="Code zum Bestätigen",
    invite="Einladung",
    notice="Hinweis",
    new_device="Hinweis: neues Gerät",
    more_notices="Hinweis: es gibt mehr",
    address_changed="Hinweis: Adresse geändert",
    address_removed="Hinweis: Adresse entfernt",
    address_in_use="Hinweis: Adresse vergeben",
)
