"""A new password before one is let in: by a link at the first login or after a reset, or because the old one is refused today."""

from rxapp.auth.core.features import Feature
from rxapp.auth.features.new_password.rules import NewPasswordStage

FEATURE = Feature(
    name="new_password",
    stages=(NewPasswordStage,),
    routes="rxapp.auth.features.new_password.routes",
    pages="rxapp.auth.features.new_password.pages",
)
