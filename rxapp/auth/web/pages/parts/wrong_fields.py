"""In which field of a form the input stands that was refused, so that the error is shown beside it."""

from rxapp.auth.core.database.outages import DatabaseUnavailable
from rxapp.auth.core.errors import AuthError, InputRefused, PasswordRefused, WrongPassword
from rxapp.auth.core.login.second_factor import WrongCode
from rxapp.auth.web.site.registry import site

_FIELDS = {"user_name_": "username", "display_name_": "display_name", "role": "roles", "device_name_": "device_name"}
_FIELDS |= {"email_": "email"}
"""How the names of the rules begin, `InputRule`. What an app refuses by a rule of its own is about no field of ours."""


def wrong_field(error: AuthError | DatabaseUnavailable, *, proof: str = "") -> str:
    """The id of the field; empty if the error is about none. `proof` is the field of the present password, if any."""
    if isinstance(error, WrongCode):
        return "code"
    if isinstance(error, WrongPassword):
        return proof
    if isinstance(error, PasswordRefused):
        return "new_password_again" if error.message == site.texts.password.mismatch else "new_password"
    if isinstance(error, InputRefused):
        return next((field for rules, field in _FIELDS.items() if error.rule.startswith(rules)), "")
    return ""
