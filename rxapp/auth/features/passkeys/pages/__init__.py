"""The pages of passkeys: at login, in the dialog that asks who one is, and the sections of a person's own page."""

from rxapp.auth.features.passkeys.pages.confirm_form import confirm_form, step_up_form
from rxapp.auth.features.passkeys.pages.login_ways import PasskeyLoginState, factor_form, login_section
from rxapp.auth.features.passkeys.pages.own_password import OwnPasswordState, password_section
from rxapp.auth.features.passkeys.pages.security_section import PasskeysState, passkeys_section
from rxapp.auth.features.passkeys.rules.ceremonies import is_installed
from rxapp.auth.features.passkeys.rules.own_passkeys import POP
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import FactorForm, FeaturePage, places
from rxapp.auth.web.site.registry import site


def add_pages() -> dict[str, FeaturePage]:
    """Add the forms and the sections. Without the extra only the form of the stage, which nobody gets around."""
    places.factor_forms[POP] = FactorForm(factor_form, lambda: site.texts.passkeys.use_instead, step_up_form)
    if is_installed():
        places.add_section(places_on.LOGIN, login_section, order=10, on_load=PasskeyLoginState.begin)
        places.username_autocomplete = "username webauthn"
        places.proof_forms[POP] = confirm_form
        places.add_section(places_on.SECURITY, passkeys_section, order=10, on_load=PasskeysState.load)
        places.add_section(places_on.SECURITY, password_section, order=40, on_load=OwnPasswordState.load)
    return {}
