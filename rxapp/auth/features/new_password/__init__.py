"""A login stage for a new password: after a set-password link, or when the policy refuses the old password today."""

from rxapp.auth.core.features import Feature
from rxapp.auth.features.new_password.rules import NewPasswordStage

FEATURE = Feature(
    name="new_password",
    stages=(NewPasswordStage,),
    routes="rxapp.auth.features.new_password.routes",
    pages="rxapp.auth.features.new_password.pages",
)
