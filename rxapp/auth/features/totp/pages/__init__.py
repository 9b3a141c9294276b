"""The pages of second factors: the form at login, a person's own page, and the section for administrators."""

from rxapp.auth.core.login.second_factor import SecondFactorStage
from rxapp.auth.features.totp.pages.login_form import second_factor_form, step_up_forms
from rxapp.auth.features.totp.pages.security_page import SecurityState, security_page
from rxapp.auth.features.totp.pages.user_section import user_section
from rxapp.auth.features.totp.rules.factors import OTP, RECOVERY
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import FeaturePage, places
from rxapp.auth.web.site.registry import site

SECURITY = "/account/security"


def add_pages() -> dict[str, FeaturePage]:
    """Add the form of the stage, the section of a user's page, and the tab. Returns the page behind the tab."""
    places.stage_forms[SecondFactorStage.name] = second_factor_form
    places.factor_forms |= step_up_forms()
    places.factor_names |= {
        OTP: lambda: site.texts.second_factor.use_app,
        RECOVERY: lambda: site.texts.second_factor.use_recovery,
    }
    places.factors_route = SECURITY
    places.account_tabs[SECURITY] = lambda: site.texts.security.tab
    places.add_section(places_on.USER, user_section, order=30)
    return {SECURITY: FeaturePage(site.texts.security.page_title, security_page, SecurityState.load, is_guarded=True)}
