"""The pages of other providers: the buttons, the page to which people come back, and what belongs to other pages."""

from rxapp.auth.features.providers.pages.administration import user_links
from rxapp.auth.features.providers.pages.buttons import departure, login_section
from rxapp.auth.features.providers.pages.confirm_form import confirm_form
from rxapp.auth.features.providers.pages.landing import ProviderLandingState, landing_page
from rxapp.auth.features.providers.pages.security_section import OwnLinksState, links_section
from rxapp.auth.features.providers.rules.login import PROVIDER
from rxapp.auth.features.providers.rules.provider import providers_of
from rxapp.auth.http.runtime.service import get_service
from rxapp.auth.web.delivery.provider_addresses import PROVIDER_LOGIN
from rxapp.auth.web.site import places as places_on
from rxapp.auth.web.site.places import FeaturePage, places
from rxapp.auth.web.site.registry import site


def add_pages() -> dict[str, FeaturePage]:
    """Add the buttons and the sections. Returns the page to which people come back. Raises `Misconfigured`."""
    providers_of(get_service()).require_complete()
    places.add_section(places_on.EVERY_PAGE, departure, order=5)
    places.add_section(places_on.LOGIN, login_section, order=5)
    places.add_section(places_on.REGISTER, login_section, order=5)
    places.add_section(places_on.SECURITY, links_section, order=20, on_load=OwnLinksState.load)
    places.add_section(places_on.USER, user_links, order=25)
    places.proof_forms[PROVIDER] = confirm_form
    return {PROVIDER_LOGIN: FeaturePage(site.texts.providers.landing_title, landing_page, ProviderLandingState.prepare)}
