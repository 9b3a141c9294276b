"""Users who come over from an app with reflex-local-auth, with the passwords that they have."""

from rxapp.auth.core.features import Feature

FEATURE = Feature(
    name="local_auth",
    event_kinds=("user_imported",),
    commands="rxapp.auth.features.local_auth.commands",
    checks="rxapp.auth.features.local_auth.checks",
)
