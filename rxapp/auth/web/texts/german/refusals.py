"""What a form says when something was refused, in German."""

from rxapp.auth.web.texts.refusals import RefusalTexts

REFUSALS = RefusalTexts(
    invalid_credentials="Benutzername oder Passwort ist falsch.",
    wrong_password="Das Passwort ist falsch.",
    login_incomplete="Zum Anmelden fehlt noch ein Schritt.",
    second_factor_required="Bitte bestätigen Sie mit Ihrem zweiten Faktor.",
    wrong_code="Der Code ist falsch oder wurde schon verwendet.",
    no_second_factor="Dieses Konto hat keinen zweiten Faktor.",
    wrong_passkey="Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder melden Sie sich auf anderem Weg an.",
    wrong_challenge="Das hat zu lange gedauert oder wurde schon beantwortet. Bitte versuchen Sie es noch einmal.",
    passkeys_unavailable=(
        "Dieser Server kann im Moment keine Passkeys prüfen. Verwenden Sie einen anderen Weg, oder sagen Sie es der Verwaltung."
    ),
    passkey_known="Dieser Passkey wurde schon hinzugefügt.",
    last_way_in="Das ist der einzige Weg, sich bei Ihrem Konto anzumelden. Fügen Sie erst einen anderen hinzu.",
    mailed_proof_ended="Dieser Link oder Code wurde schon benutzt oder ist zu alt. Bitte fordern Sie einen neuen an.",
    email_required="Hier braucht jedes Konto eine E-Mail-Adresse. Sie können sie ändern.",
    provider_login_refused=(
        "Die Antwort des Anbieters wurde nicht angenommen. Versuchen Sie es noch einmal, oder melden Sie sich auf anderem Weg an."
    ),
    provider_login_ended=(
        "Das hat zu lange gedauert, wurde schon abgeschlossen oder begann in einem anderen Browser. "
        "Bitte versuchen Sie es noch einmal."
    ),
    provider_login_cancelled=(
        "Sie wurden dort nicht angemeldet. Versuchen Sie es noch einmal, oder melden Sie sich auf anderem Weg an."
    ),
    provider_unavailable=(
        "Der Anbieter antwortet im Moment nicht. Versuchen Sie es nach einer Weile noch einmal, oder melden Sie sich auf anderem "
        "Weg an."
    ),
    provider_address_unverified=(
        "Der Anbieter hat Ihre E-Mail-Adresse nicht bestätigt. Bestätigen Sie sie zuerst dort. "
        "Wenn Sie hier ein Konto haben, melden Sie sich damit an, und verknüpfen Sie den Anbieter auf der Seite „Sicherheit“."
    ),
    provider_sign_up_closed=(
        "Zu dieser Anmeldung gibt es hier kein Konto, und sie kann keines anlegen. "
        "Wenn Sie ein Konto haben, melden Sie sich damit an, und verknüpfen Sie den Anbieter auf der Seite „Sicherheit“."
    ),
    provider_account_disabled="Ihr Konto hier ist gesperrt. Bitte wenden Sie sich an die Verwaltung.",
    provider_linked_elsewhere="Diese Anmeldung beim Anbieter gehört hier zu einem anderen Konto.",
    provider_not_confirmed=(
        "Sie haben sich beim Anbieter nicht noch einmal angemeldet, oder mit einem anderen Konto als dem, das hier verknüpft ist."
    ),
    login_expired="Das hat zu lange gedauert, oder Ihr Konto hat sich inzwischen geändert. Bitte melden Sie sich noch einmal an.",
    registration_closed="Neue Konten legt die Verwaltung an.",
    last_administrator="Das ist das einzige Konto für die Verwaltung. Geben Sie die Rolle erst jemand anderem.",
    not_found="Das gibt es nicht oder nicht mehr.",
    second_factor_needed=(
        "Ihr Konto muss einen zweiten Faktor haben. Fügen Sie einen anderen hinzu, bevor Sie diesen entfernen."
    ),
    two_factors_required="Bitte bestätigen Sie mit Ihrem zweiten Faktor.",
    fresh_authentication_required="Bitte geben Sie Ihr Passwort noch einmal ein.",
    too_many_requests="Zu viele Versuche.",
    temporarily_unavailable="Im Moment melden sich zu viele gleichzeitig an. Bitte versuchen Sie es gleich noch einmal.",
    invalid_token="Das Token gilt nicht.",
    token_expired="Das Zugriffstoken ist abgelaufen.",
    invalid_dpop_proof="Diese Anmeldung gehört zu einem anderen Gerät.",
    use_dpop_nonce="Der DPoP-Nachweis braucht den Nonce, den der Server gegeben hat.",
    device_key_required="Dieser Browser kann keinen Schlüssel aufbewahren, und nur damit ist die Anmeldung möglich.",
    permission_denied="Dazu haben Sie keine Berechtigung.",
    session_expired="Die Sitzung ist zu Ende.",
    session_idle="Die Sitzung wurde zu lange nicht verwendet.",
    session_revoked="Die Sitzung wurde beendet.",
    token_reused="Eine Anmeldung wurde zweimal verwendet. Die Sitzung wurde beendet.",
    user_name_missing="Bitte wählen Sie einen Benutzernamen.",
    user_name_too_long="Ein Benutzername hat höchstens {limit} Zeichen.",
    user_name_unseen="Ein Benutzername hat nur Zeichen, die man sehen kann.",
    user_name_taken="Dieser Benutzername ist vergeben.",
    user_name_looks_taken="Dieser Benutzername sieht aus wie einer, der schon vergeben ist.",
    user_name_mixed="Bitte schreiben Sie jedes Wort eines Benutzernamens in einem Alphabet.",
    user_name_is_address="Ein Benutzername hat kein @, weil man sich auch mit der E-Mail-Adresse anmeldet.",
    display_name_refused="Ein Name hat höchstens {limit} Zeichen, die man alle sehen kann.",
    password_too_short="Bitte verwenden Sie mindestens {limit} Zeichen. Ein paar zufällige Wörter genügen.",
    password_too_long="Bitte verwenden Sie höchstens {limit} Zeichen.",
    password_unstorable="Ein Passwort kann weder ein NUL-Zeichen noch ein halbes Zeichen enthalten.",
    password_contains_name="Das Passwort darf weder Ihren Benutzernamen noch den Namen dieser App enthalten.",
    password_too_common="Dieses Passwort ist zu leicht zu erraten: Es gehört zu denen, die zuerst versucht werden.",
    password_unchanged="Das ist das Passwort, das Sie schon haben.",
    device_name_refused="Bitte geben Sie einen Namen ein: höchstens {limit} Zeichen, die man alle sehen kann.",
    second_factors_too_many="Sie haben schon {limit}. Entfernen Sie zuerst eines.",
    email_refused="Bitte geben Sie eine E-Mail-Adresse ein, wie name@example.com.",
    email_unchanged="Das ist die Adresse, die Sie schon haben.",
    email_taken="Ein anderes Konto hat diese Adresse.",
    role_refused="Eine Rolle hat höchstens {limit} Zeichen und weder Komma noch Anführungszeichen noch Rückstrich.",
    roles_too_long="Alle Rollen einer Person zusammen haben höchstens etwa {limit} Zeichen.",
)
