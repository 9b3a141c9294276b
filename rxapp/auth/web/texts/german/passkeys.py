"""Passkeys, in German."""

from rxapp.auth.web.texts.passkeys import PasskeyTexts

PASSKEYS = PasskeyTexts(
    use="Passkey verwenden",
    busy="Warten auf den Passkey …",
    why_after_password=(
        "Bestätigen Sie mit einem Passkey: Der Browser fragt nach Fingerabdruck, Gesicht, PIN oder Sicherheitsschlüssel."
    ),
    use_instead="Stattdessen einen Passkey verwenden",
    cancelled="Es wurde kein Passkey verwendet. Sie können es noch einmal versuchen oder auf anderem Weg weitermachen.",
    wrong_address="Unter der Adresse, mit der diese Seite geöffnet wurde, gibt es keine Passkeys.",
    failed="Der Browser konnte keinen Passkey verwenden. Sie können es noch einmal versuchen oder auf anderem Weg weitermachen.",
    unsupported="Dieser Browser hat unter dieser Adresse keine Passkeys.",
    title="Ihre Passkeys",
    none=(
        "Mit einem Passkey melden Sie sich ohne Name und Passwort an: Ihr Gerät fragt nach Fingerabdruck, Gesicht oder PIN. "
        "Niemand kann ihn erraten oder abfischen."
    ),
    some="Mit jedem davon melden Sie sich ohne Passwort an.",
    added="Hinzugefügt {when}",
    last_used="zuletzt verwendet {when}",
    never_used="noch nicht verwendet",
    synced="zwischen Geräten abgeglichen",
    one_device="nur auf diesem Gerät",
    add="Passkey hinzufügen",
    add_title="Passkey hinzufügen",
    add_why="Ihr Browser fragt, wo er ihn aufbewahren soll und wer Sie sind. Danach können Sie ihn benennen.",
    create="Erstellen",
    creating="Warten auf den Browser …",
    known="Dieses Gerät hat schon einen Passkey für Ihr Konto.",
    not_added="Es wurde kein Passkey hinzugefügt. Sie können es noch einmal versuchen.",
    name_title="Passkey benennen",
    name="Bezeichnung",
    name_hint="Damit Sie ihn später wiedererkennen.",
    default_name="Neuer Passkey",
    save="Speichern",
    saving="Wird gespeichert …",
    done="Der Passkey ist hinzugefügt.",
    rename="Umbenennen",
    rename_label="{name} umbenennen",
    renamed="Der Name ist geändert.",
    remove="Entfernen",
    remove_question="{name} entfernen?",
    remove_why="Er gilt dann nicht mehr, und Ihre anderen Sitzungen, die mit einem Passkey begonnen haben, enden.",
    removed="Der Passkey ist entfernt.",
    ask="Auch nach meinem Passwort nach einem Passkey fragen",
    ask_why=(
        "Dann genügt Ihr Passwort allein nicht mehr. Bewahren Sie Wiederherstellungscodes auf, oder haben Sie einen zweiten "
        "Passkey, falls einer verloren geht."
    ),
    password="Passwort",
    with_password="Sie können sich auch mit Ihrem Passwort anmelden. Ohne Passwort kann es niemand erraten oder abfischen.",
    without_password="Ihr Konto hat kein Passwort. Sie melden sich auf anderem Weg an.",
    password_needs_passkey="Ihr Passwort ist der einzige Weg, sich anzumelden. Mit einem Passkey kämen Sie ohne es aus.",
    remove_password="Mein Passwort entfernen",
    remove_password_question="Ihr Passwort entfernen?",
    remove_password_why=(
        "Danach melden Sie sich nur noch auf Ihren anderen Wegen an. Gehen alle verloren, muss Ihnen die Verwaltung einen Link "
        "schicken. Ihre anderen Sitzungen, die mit dem Passwort begonnen haben, enden."
    ),
    password_removed="Ihr Passwort ist entfernt.",
    set_password="Passwort setzen",
    setting_password="Wird gesetzt …",
    password_set="Ihr Passwort ist gesetzt.",
)
