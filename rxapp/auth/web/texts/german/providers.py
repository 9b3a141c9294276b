"""Logging in with other providers, in German."""

from rxapp.auth.web.texts.providers import ProviderTexts

PROVIDERS = ProviderTexts(
    go_on_with="Weiter mit {provider}",
    landing_title="Anmeldung",
    failed_title="Das hat nicht geklappt",
    waiting="Einen Moment …",
    again="Noch einmal versuchen",
    title="Andere Konten",
    none="Verknüpfen Sie ein Konto, das Sie anderswo haben, und melden Sie sich damit an.",
    some="Mit jedem davon melden Sie sich an.",
    added="Verknüpft {when}",
    last_used="zuletzt benutzt {when}",
    never_used="noch nicht benutzt",
    not_configured="ist hier im Moment nicht nutzbar",
    link="{provider} verknüpfen",
    remove="Entfernen",
    remove_question="Verknüpfung mit {provider} entfernen?",
    remove_why="Damit meldet sich niemand mehr an, und andere Sitzungen, die so begonnen haben, enden.",
    removed="Die Verknüpfung ist entfernt.",
    confirm_with="Mit {provider} bestätigen",
    confirm_why="Sie melden sich dort noch einmal an und kommen auf diese Seite zurück. Dann wiederholen Sie es.",
    of_user_none="Kein Konto anderswo ist verknüpft.",
)
