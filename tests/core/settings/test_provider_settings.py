"""The settings of other providers: what they mean, which are refused, and that no secret is in a message."""

import os
from types import SimpleNamespace

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from rxapp.auth import Settings
from rxapp.auth.core.errors import Misconfigured
from rxapp.auth.core.settings.provider_settings import ConfiguredProvider, google, microsoft, oidc, with_providers
from rxapp.auth.features.providers.rules.provider import Providers, api_url_of, callback_of, page_of
from tests.clock import MovableClock

SECRET = "topsecret"
COMPLETE = {"issuer": "https://acme.example", "client_id": "rxapp", "client_secret": SECRET}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in list(os.environ):
        if name.startswith("RXAPP_"):
            monkeypatch.delenv(name)


@pytest.fixture
def environment(monkeypatch):
    """The settings with these variables; their names are without what all have in common."""

    def read(**variables: str) -> Settings:
        for name, value in variables.items():
            monkeypatch.setenv(f"RXAPP_PROVIDERS{name}", value)
        return settings()

    return read


def settings(**given) -> Settings:
    return Settings(_env_file=None, secret_key="k" * 40, **given)


def only(given: Settings) -> ConfiguredProvider:
    (provider,) = given.providers
    return provider.options


def completed(given: Settings) -> Providers:
    return Providers(SimpleNamespace(settings=given, clock=MovableClock()))


def completed_acme(**options):
    return completed(settings(public_origins="https://app.example", providers={"acme": COMPLETE | options}))


class TestTheEnvironment:
    def test_names_a_provider_and_its_options(self, environment):
        given = environment(__GOOGLE__CLIENT_ID="id", __GOOGLE__CLIENT_SECRET=SECRET, __acme__Label="Acme Ltd")
        assert [each.name for each in given.providers] == ["acme", "google"]
        assert (given.providers[1].options.client_id, given.providers[0].options.label) == ("id", "Acme Ltd")
        assert given.providers[1].options.client_secret.get_secret_value() == SECRET

    def test_without_a_provider_names_none(self):
        assert settings().providers == ()

    @pytest.mark.parametrize("text", ["openid email,groups", " openid , email groups ", "openid,,email\tgroups"])
    def test_has_lists_with_commas_or_blanks(self, environment, text):
        assert only(environment(__ACME__SCOPES=text)).scopes == ("openid", "email", "groups")

    def test_has_domains_in_any_letter_case_and_with_an_at(self, environment):
        assert only(environment(__ACME__DOMAINS="@Acme.Example, b.example")).domains == ("acme.example", "b.example")

    @pytest.mark.parametrize(
        ("text", "roles"),
        [
            ("boss=Admin", (("boss", "Admin"),)),
            ("boss=Admin, the staff = Senior Manager,", (("boss", "Admin"), ("the staff", "Senior Manager"))),
            ("cn=boss=Admin", (("cn=boss", "Admin"),)),
            ("/a/b=Admin,/a/c=Admin", (("/a/b", "Admin"), ("/a/c", "Admin"))),
            ("", ()),
            (" , ", ()),
        ],
    )
    def test_has_roles_for_groups(self, environment, text, roles):
        assert only(environment(__ACME__ROLES=text)).roles == roles

    @pytest.mark.parametrize("text", ["boss", "boss=", "=Admin", "boss=Admin,staff", "=", '{"boss": "Admin"}'])
    def test_refuses_roles_of_another_form_in_words(self, environment, text):
        with pytest.raises(ValidationError, match="group=Role, other-group=OtherRole"):
            environment(__ACME__ROLES=text)

    def test_may_have_all_in_json(self, environment):
        text = '{"acme": {"client_id": "id", "roles": {"a": "B"}, "scopes": ["openid"], "domains": "a.example B.example"}}'
        options = only(environment(**{"": text}))
        assert (options.client_id, options.roles, options.scopes) == ("id", (("a", "B"),), ("openid",))
        assert options.domains == ("a.example", "b.example")

    @pytest.mark.parametrize("name", ["MY__IDP", "", "A B", "MÜ", "A/B", "A.B", "X" * 33, "-", "_"])
    def test_refuses_a_name_that_cannot_be_in_an_address(self, environment, name):
        with pytest.raises(ValidationError):
            environment(**{f"__{name}__CLIENT_ID": "id"})

    @pytest.mark.parametrize("name", ["my-idp", "my_idp", "2", "x" * 32])
    def test_takes_a_name_that_can_be(self, environment, name):
        assert environment(**{f"__{name.upper()}__CLIENT_ID": "id"}).providers[0].name == name

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("__ACME__CLIENT_SECRT", SECRET),
            ("__ACME", SECRET),
            ("", SECRET),
            ("", f'{{"acme": "{SECRET}"}}'),
            ("", f'{{"Acme": {{"client_secret": "{SECRET}"}}}}'),
            ("", f'{{"acme": {{"client_secret": ["{SECRET}"]}}}}'),
            ("", f'{{"acme": {{"client_secret": "{SECRET}"}}'),
            ("__ACME__CLIENT_SECRET__X", SECRET),
            ("__ACME__KIND", SECRET),
            ("__ACME__SIGN_UP", SECRET),
            ("__ACME__ADDRESSES", SECRET),
            ("__ACME__CLIENT_AUTHENTICATION", SECRET),
            ("__ACME__CLIENT_ID", SECRET * 100),
        ],
    )
    def test_refuses_what_is_no_option_or_no_value_of_it_without_showing_it(self, environment, variable, value):
        with pytest.raises((ValidationError, SettingsError)) as refused:
            environment(**{variable: value}, __OTHER__CLIENT_SECRET=SECRET, __OTHER__CLIENT_KEY=SECRET)
        assert SECRET not in f"{refused.value} {refused.value!r}"

    def test_says_of_which_provider_an_option_is_unknown(self, environment):
        with pytest.raises(ValidationError, match=r"(?i)google"):
            environment(__ACME__CLIENT_ID="id", __GOOGLE__CLIENT_SECRT="x")

    @pytest.mark.parametrize("option", ["SCOPES", "HOSTS", "DOMAINS", "TWO_FACTORS_AMR"])
    def test_refuses_a_list_in_json_and_says_how_it_is_written(self, environment, option):
        with pytest.raises(ValidationError, match="commas or blanks between the names, and no brackets"):
            environment(**{f"__ACME__{option}": '["openid", "email"]'})

    @pytest.mark.parametrize("role", ['Ad"min', "x" * 65, "a\\b", "a\u202eb"])
    def test_refuses_a_role_that_nobody_may_have(self, environment, role):
        with pytest.raises(ValidationError):
            environment(__ACME__ROLES=f"boss={role}")

    def test_does_not_show_a_secret_in_a_representation(self, environment):
        given = environment(__ACME__CLIENT_SECRET=SECRET, __ACME__CLIENT_KEY=SECRET)
        assert SECRET not in f"{given!r} {given} {given.providers!r} {given.model_dump()}"


class TestTheAddresses:
    @pytest.mark.parametrize("option", ["api_url", "provider_page"])
    @pytest.mark.parametrize(
        "text", ["app.example", "ftp://a.example", "//a.example", "https://a.example?x", "https://a.example#x"]
    )
    def test_are_whole(self, option, text):
        with pytest.raises(ValidationError, match="has the form https://"):
            settings(**{option: text})

    def test_are_those_of_the_first_public_origin_or_as_they_are_set(self):
        own = settings(public_origins="https://a.example,https://b.example")
        assert (api_url_of(own), page_of(own)) == ("https://a.example", "https://a.example/provider-login")
        assert callback_of(own, "acme") == "https://a.example/api/auth/providers/acme/callback"
        other = settings(public_origins="https://a.example", api_url="https://api.example/", provider_page="https://c.example/p/")
        assert (api_url_of(other), page_of(other)) == ("https://api.example", "https://c.example/p")
        assert (api_url_of(settings()), page_of(settings())) == ("", "")

    @pytest.mark.parametrize(
        "given", [{}, {"api_url": "https://a.example"}, {"provider_page": "https://a.example/p"}], ids=["none", "api", "page"]
    )
    def test_must_be_known(self, given):
        with pytest.raises(Misconfigured, match="RXAPP_PUBLIC_ORIGINS, or RXAPP_API_URL and RXAPP_PROVIDER_PAGE"):
            completed(settings(providers={"acme": COMPLETE}, **given)).require_complete()


class TestProvidersInCode:
    def test_come_first_and_the_environment_adds_to_them(self, environment):
        given = environment(__GOOGLE__CLIENT_ID="id", __ACME__LABEL="From outside")
        merged = with_providers(given, [oidc("zeta", issuer="https://z.example"), google(sign_up="closed", label="In code")])
        assert [each.name for each in merged.providers] == ["zeta", "google", "acme"]
        options = merged.providers[1].options
        assert (options.client_id, options.sign_up, options.label) == ("id", "closed", "In code")
        assert given.providers[1].options.sign_up == ""

    def test_are_overridden_by_what_the_environment_sets_and_by_nothing_else(self, environment):
        given = environment(__ACME__SIGN_UP="closed", __ACME__ROLES="", __ACME__LABEL="")
        (merged,) = with_providers(
            given, [oidc("acme", sign_up="open", roles={"a": "B"}, label="In code", domains="a.example")]
        ).providers
        options = merged.options
        assert (options.sign_up, options.roles, options.label, options.domains) == ("closed", (), "", ("a.example",))

    def test_that_are_not_given_change_nothing(self, environment):
        given = environment(__ACME__CLIENT_ID="id")
        assert with_providers(given, None) is given
        assert with_providers(given, []).providers == given.providers

    def test_are_read_like_the_environment(self):
        options = oidc("acme", scopes="openid email", roles="boss=Admin", client_secret=SECRET).options
        assert (options.scopes, options.roles) == (("openid", "email"), (("boss", "Admin"),))
        assert SECRET not in repr(options)

    @pytest.mark.parametrize("name", ["Acme", "a b", "", "a/b", "ä", "x" * 33])
    def test_have_names_that_can_be_in_addresses(self, name):
        with pytest.raises(ValueError, match="is no name of a provider"):
            oidc(name)

    def test_have_no_options_that_there_are_not(self):
        with pytest.raises(ValidationError, match="client_secrt") as refused:
            google(client_secrt=SECRET)
        assert SECRET not in str(refused.value)

    def test_of_the_same_name_are_refused_or_have_both_what_the_environment_sets(self, environment):
        given = environment(__GOOGLE__CLIENT_ID="id")
        try:
            merged = with_providers(given, [google(label="One"), google(label="Two")])
        except ValueError:
            return
        assert [each.options.client_id for each in merged.providers] == ["id"]


class TestAProvider:
    @pytest.mark.parametrize(
        ("name", "kind", "issuer", "label"),
        [
            ("google", "google", "https://accounts.google.com", "Google"),
            ("microsoft", "microsoft", "https://login.microsoftonline.com/common/v2.0", "Microsoft"),
            ("github", "github", "https://github.com", "GitHub"),
            ("gitlab", "gitlab", "https://gitlab.com", "GitLab"),
        ],
    )
    def test_that_everybody_knows_needs_an_id_and_a_secret(self, name, kind, issuer, label):
        given = settings(public_origins="https://a.example", providers={name: {"client_id": "x", "client_secret": "y"}})
        providers = completed(given)
        providers.require_complete()
        found = providers.get(name)
        assert (found.kind, found.issuer, found.label) == (kind, issuer, label)

    def test_is_called_by_its_name_if_nothing_else_is_set(self):
        given = {"my-own_idp": COMPLETE, "work": COMPLETE | {"kind": "google", "issuer": ""}, "x": COMPLETE | {"label": "Y"}}
        found = completed(settings(public_origins="https://a.example", providers=given))
        assert [each.label for each in found] == ["My Own Idp", "Google", "Y"]
        assert found.get("work").issuer == "https://accounts.google.com"

    @pytest.mark.parametrize(
        ("options", "variable"),
        [
            ({"issuer": ""}, "ISSUER: is not set"),
            ({"issuer": "", "kind": "keycloak"}, "ISSUER: is not set"),
            ({"issuer": "acme.example"}, "ISSUER: "),
            ({"issuer": "http://acme.example"}, "ISSUER: "),
            ({"issuer": "https://acme.example?x"}, "ISSUER: "),
            ({"issuer": "https://acme.example#x"}, "ISSUER: "),
            ({"issuer": "https://"}, "ISSUER: "),
            ({"client_id": ""}, "CLIENT_ID: is not set"),
            ({"client_secret": ""}, "CLIENT_SECRET: is not set"),
        ],
    )
    def test_that_lacks_something_names_its_variable(self, options, variable):
        with pytest.raises(Misconfigured, match=f"^RXAPP_PROVIDERS__ACME__{variable}"):
            completed_acme(**options).require_complete()

    @pytest.mark.parametrize("issuer", ["https://[::1", "https://[x]"])
    def test_whose_issuer_is_no_address_names_its_variable(self, issuer):
        with pytest.raises(Misconfigured, match="RXAPP_PROVIDERS__ACME__ISSUER"):
            completed_acme(issuer=issuer).require_complete()

    @pytest.mark.parametrize(
        "options",
        [
            {"issuer": "http://localhost:8080/realms/a"},
            {"issuer": "http://127.0.0.1:1"},
            {"client_secret": "", "client_key": "-----BEGIN"},
            {"client_secret": "", "client_authentication": "none"},
        ],
    )
    def test_that_lacks_nothing_is_complete(self, options):
        completed_acme(**options).require_complete()

    def test_that_is_found_by_its_issuer_is_the_first_one(self):
        given = {"a": COMPLETE, "b": COMPLETE, "microsoft": {"client_id": "x", "client_secret": "y"}}
        providers = completed(settings(public_origins="https://a.example", providers=given))
        assert providers.of_issuer("https://acme.example").name == "a"
        assert providers.of_issuer("https://acme.example/") is None
        tenant = "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0"
        assert providers.of_issuer(tenant).name == "microsoft"
        assert microsoft(issuer=tenant).options.issuer == tenant
