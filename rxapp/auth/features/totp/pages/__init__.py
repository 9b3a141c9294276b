"""The pages of second factors: the forms at login, and a section of a person's own page."""

from rxapp.auth.core.login.enrolment import EnrolmentStage
from rxapp.auth.features.totp.pages.enrolment_form import EnrolState, enrolment_form, new_codes
from rxapp.auth.features.totp.pages.login_forms import code_form, code_step_up, recovery_form, recovery_step_up
from rxapp.auth.features.totp.pages.security_section import AppsState, security_section
from rxapp.auth.features.totp.rules.factors import OTP, RECOVERY
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.auth_state.leaving import of_one_connection
from rxapp.auth.web.pages.login import NEW_CODES
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import FactorForm, FeaturePage, places
from rxapp.auth.web.site.registry import site


def add_pages() -> dict[str, FeaturePage]:
    """Add the forms of the stage, and the section. There is no further page."""
    places.factor_forms[OTP] = FactorForm(code_form, lambda: site.texts.second_factor.use_app, code_step_up)
    places.factor_forms[RECOVERY] = FactorForm(recovery_form, lambda: site.texts.second_factor.use_recovery, recovery_step_up)
    if not get_service().settings.second_factor.is_optional:
        places.stage_forms[EnrolmentStage.name] = enrolment_form
        of_one_connection(EnrolState)
        places.stage_loads[EnrolmentStage.name] = EnrolState.prepare
        places.stage_forms[NEW_CODES] = new_codes
    places.add_section(places_on.SECURITY, security_section, order=20, on_load=AppsState.load)
    return {}
