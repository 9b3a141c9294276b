"""Imports users from an app with reflex-local-auth. They keep their passwords."""

from rxapp.auth.core.features import Feature

FEATURE = Feature(
    name="local_auth",
    event_kinds=("user_imported",),
    commands="rxapp.auth.features.local_auth.commands",
    checks="rxapp.auth.features.local_auth.checks",
)
