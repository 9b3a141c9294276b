"""Roles that a provider's groups give, and claims of which nobody should believe anything."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from rxapp.auth import AuthError
from rxapp.auth.core.accounts.actor import Actor
from rxapp.auth.core.login.provider_errors import ProviderLoginRefused
from rxapp.auth.features.providers.rules import own_links
from tests.conftest import PASSWORD
from tests.features.providers.arrivals import (
    ADA,
    KNOWN_HERE,
    arrive,
    believed,
    configured,
    enter,
    events_of,
    everybody,
    link,
    settings_without_network,
)

HOSTILE = [None, True, 0, -1, 10**400, 1.5, "", "x" * 100_000, "\0", "\ud800", [], [[]], {}, {"a": {}}, [None, 1, {}, "x"]]
"""What JSON can say in the place of a text, a list of names or a moment."""

MANY = {f"group{number}": f"A role with a long name {number}" for number in range(60)}
"""More roles than a user may have."""


@pytest.fixture(scope="session")
def settings():
    return settings_without_network()


@pytest.fixture
def root(service):
    """An administrator, so that nobody else is the last one."""
    return service.create_user("root", PASSWORD, roles=["Admin"])


def roles_after(service, *groups, provider="acme", subject="1"):
    return enter(service, provider, sub=subject, groups=list(groups)).roles


@pytest.mark.usefixtures("root")
class TestAtEachLogin:
    def test_the_groups_give_the_roles_and_take_them(self, service):
        assert roles_after(service, "boss") == {"Admin"}
        assert roles_after(service, "boss", "staff", "unknown") == {"Admin", "Manager"}
        assert roles_after(service, "staff") == {"Manager"}
        assert roles_after(service) == set()

    def test_roles_that_were_given_by_hand_stay_unless_the_mapping_names_them(self, service):
        identity = enter(service, sub="1")
        service.administration.set_roles(identity.user_id, ["Editor", "Manager", "Admin"])
        assert roles_after(service, "boss") == {"Editor", "Admin"}
        assert roles_after(service) == {"Editor"}

    def test_a_provider_without_a_mapping_changes_nothing(self, service):
        identity = enter(service, "plain", sub="1", groups=["boss"])
        assert identity.roles == set()
        service.administration.set_roles(identity.user_id, ["Admin", "Editor"])
        assert enter(service, "plain", sub="1", groups=["boss"]).roles == {"Admin", "Editor"}

    def test_each_of_two_providers_decides_on_its_own(self, service):
        identity = enter(service, sub="1", groups=["staff", "boss"])
        link(service, identity, "umbrella", sub="2")
        assert roles_after(service, "helpers", provider="umbrella", subject="2") == {"Manager", "Helper"}
        assert roles_after(service, "staff", "boss") == {"Admin", "Manager", "Helper"}
        assert roles_after(service, "staff", "boss", "helpers", provider="umbrella", subject="2") == {"Manager", "Helper"}

    def test_a_change_is_in_the_audit_log_with_the_name_of_the_provider_and_no_change_is_not(self, service):
        user_id = enter(service, sub="1", groups=["staff"]).user_id
        for groups in (["staff"], ["staff", "boss"], ["boss", "staff"], []):
            enter(service, sub="1", groups=groups)
        assert events_of(service, user_id, "roles_changed") == [
            ("roles_changed", "Manager → Admin, Manager (acme)"),
            ("roles_changed", "Admin, Manager → none (acme)"),
        ]

    def test_a_change_ends_links_that_were_sent_before(self, service):
        user_id = enter(service, sub="1").user_id
        token = service.administration.issue_password_link(user_id)
        enter(service, sub="1")
        assert service.accounts.user_of_link(token)
        enter(service, sub="1", groups=["staff"])
        with pytest.raises(AuthError):
            service.accounts.user_of_link(token)

    def test_other_sessions_have_the_new_roles_at_once(self, service):
        before = enter(service, sub="1", groups=["boss"])
        enter(service, sub="1")
        assert service.verify_session(before.session_id).roles == set()

    def test_confirming_and_linking_change_no_roles(self, service):
        identity = enter(service, "plain", sub="1")
        link(service, identity, sub="2", groups=["boss"])
        assert service.verify_session(identity.session_id).roles == set()

    def test_two_of_one_person_at_once_leave_those_of_one_of_them(self, service):
        user_id = enter(service, sub="1").user_id

        def come(groups):
            try:
                return enter(service, sub="1", groups=groups)
            except AuthError as error:  # the roles have changed between its two steps
                return error

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(come, [["boss"], ["staff"]] * 3))
        assert service.administration.find_user("user").roles in (["Admin"], ["Manager"])
        assert user_id

    def test_roles_that_a_program_has_given_in_another_order_are_not_changed(self, service):
        ada = service.create_user("ada", PASSWORD, roles=["Manager", "Editor"])
        identity = service.verify_access(service.log_in("ada", PASSWORD).access_token)
        link(service, identity, "plain", sub="1")
        enter(service, "plain", sub="1")
        assert events_of(service, ada.id, "roles_changed") == []

    def test_more_roles_than_a_user_may_have_do_not_shut_the_person_out(self, service, caplog):
        generous = configured(service, roles=MANY | {"staff": "Manager"})
        assert roles_after(generous, *MANY) == set()
        assert roles_after(generous, "staff") == {"Manager"}
        assert roles_after(generous, "staff", *MANY) == {"Manager"}
        assert "not all roles that acme gives to a user can be stored" in caplog.text

    def test_a_role_of_long_ago_that_could_not_be_given_today_does_not_shut_its_holder_out(self, service):
        service.create_user("ada", PASSWORD, roles=['"old"', "Admin"])
        link(service, service.verify_access(service.log_in("ada", PASSWORD).access_token), sub="1")
        assert roles_after(service, "boss") == {'"old"', "Admin"}
        assert roles_after(service) == {'"old"'}

    @pytest.mark.parametrize(("held", "groups"), [([], MANY), (['"old"'], ["staff"])], ids=["too many", "one of long ago"])
    def test_a_role_is_taken_also_if_others_cannot_be_given(self, service, held, groups):
        """Whoever is moved out of a group loses its role, whatever other groups they come into."""
        service.create_user("ada", PASSWORD, roles=["Admin", *held])
        link(service, service.verify_access(service.log_in("ada", PASSWORD).access_token), sub="1")
        assert "Admin" not in roles_after(configured(service, roles={"boss": "Admin", "staff": "Manager"} | MANY), *groups)


class TestTheLastAdministrator:
    def test_stays_one_whatever_the_groups_say(self, service):
        assert roles_after(service, "boss") == {"Admin"}
        assert roles_after(service, "staff") == {"Admin", "Manager"}
        assert events_of(service, kind="roles_changed") == [("roles_changed", "Admin → Admin, Manager (acme)")]

    def test_also_if_the_others_are_disabled(self, service, root):
        roles_after(service, "boss")
        service.administration.disable(root.id)
        assert roles_after(service) == {"Admin"}

    def test_of_two_who_come_at_once_without_the_group_one_stays(self, service):
        for subject in "12":
            roles_after(service, "boss", subject=subject)
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda subject: roles_after(service, subject=subject), "12"))
        assert sum(user.roles == ["Admin"] for user in everybody(service).values()) == 1

    def test_and_the_one_whom_an_administrator_takes_it_at_once_are_not_both_without_it(self, service, root):
        mine = enter(service, sub="1", groups=["boss"])

        def take():
            try:
                service.administration.take_role(root.id, "Admin", Actor(mine.user_id))
            except AuthError:
                return

        with ThreadPoolExecutor(2) as threads:
            [each.result() for each in (threads.submit(take), threads.submit(roles_after, service))]
        assert any("Admin" in user.roles for user in everybody(service).values())

    def test_without_a_password_is_still_administrator_after_the_last_link_is_removed_by_another(self, service):
        identity = enter(service, sub="1", groups=["boss"])
        (only,) = own_links.links_of(service, identity.user_id)
        own_links.unlink_for(service, identity.user_id, only.id, Actor(identity.user_id))
        assert everybody(service)["user"].roles == ["Admin"]


class TestGroups:
    def test_are_in_the_claim_that_the_settings_name(self, settings):
        for claims, roles in [
            ({"realm_access": {"roles": ["boss"]}}, ("Admin",)),
            ({"realm_access": {"roles": "boss"}}, ("Admin",)),
            ({"realm_access": {"roles": {"boss": True}}}, ()),
            ({"realm_access": ["boss"]}, ()),
            ({"realm_access": "boss"}, ()),
            ({"realm_access": None}, ()),
            ({"realm_access": {}}, ()),
            ({"groups": ["boss"], "roles": ["boss"]}, ()),
        ]:
            assert believed(settings, "keycloak", **claims).roles == roles, claims

    def test_may_be_in_a_claim_whose_name_is_an_address(self, settings):
        name = "https://app.example/roles"
        acme = KNOWN_HERE | {"issuer": "https://acme.example", "groups_claim": name, "roles": {"boss": "Admin"}}
        own = type(settings)(_env_file=None, secret_key="k" * 40, public_origins="https://a.example", providers={"acme": acme})
        assert believed(own, "acme", **{name: ["boss"]}).roles == ("Admin",)

    def test_may_be_one_text(self, settings):
        assert believed(settings, "acme", groups="boss").roles == ("Admin",)
        assert believed(settings, "acme", groups="boss,staff").roles == ()

    def test_are_compared_exactly(self, settings):
        assert believed(settings, "acme", groups=["Boss", "boss ", "bos", "/boss", "boss\n"]).roles == ()

    def test_that_give_the_same_role_give_it_once(self, settings):
        assert believed(settings, "acme", groups=["boss", "boss", "staff"]).roles == ("Admin", "Manager")

    def test_of_which_there_are_a_thousand_are_all_looked_at(self, settings):
        many = [f"group{number}" for number in range(999)]
        assert believed(settings, "acme", groups=[*many, "boss"]).roles == ("Admin",)

    def test_of_which_there_are_more_do_not_cost_a_role(self, settings):
        many = [f"group{number}" for number in range(5_000)]
        assert believed(settings, "acme", groups=[*many, "boss"]).roles == ("Admin",)

    def test_of_any_kind_give_no_role(self, settings):
        for groups in HOSTILE:
            assert believed(settings, "acme", groups=groups).roles == ()


class TestHostileClaims:
    @pytest.mark.parametrize("claim", ["iss", "sub"])
    def test_without_who_it_is_are_refused(self, settings, claim):
        for value in [None, True, 0, 12, "", [], ["1"], {}, {"a": "b"}]:
            if (claim, value) != ("iss", ""):
                with pytest.raises(ProviderLoginRefused):
                    believed(settings, "acme", **{claim: value})

    @pytest.mark.parametrize(
        ("subject", "is_good"), [("x" * 255, True), ("x" * 256, False), ("x" * 10**6, False), (" ", True), ("ü" * 255, True)]
    )
    def test_have_a_subject_of_at_most_255_characters(self, settings, subject, is_good):
        if is_good:
            assert believed(settings, "acme", sub=subject).subject == subject
        else:
            with pytest.raises(ProviderLoginRefused):
                believed(settings, "acme", sub=subject)

    @pytest.mark.parametrize(
        "claim",
        [
            *("email", "email_verified", "preferred_username", "nickname", "name", "sid", "auth_time", "amr", "acr"),
            *("groups", "hd", "xms_edov", "tid", "realm_access"),
        ],
    )
    def test_of_any_kind_make_a_profile_that_can_be_sealed(self, settings, claim):
        for provider in ("acme", "google", "microsoft", "keycloak"):
            for value in HOSTILE:
                found = believed(settings, provider, **ADA | {claim: value})
                assert found.subject == "1"
                assert not found.roles
                assert not found.has_two_factors
                assert max(map(len, (found.address, found.user_name, found.display_name, found.session))) <= 254
                assert len(json.dumps([found.user_name, found.display_name, found.session])) < 5_000

    def test_too_long_a_text_is_as_if_it_were_not_there(self, settings):
        found = believed(settings, "acme", **dict.fromkeys(("email", "name", "preferred_username"), "x" * 255), sid="x" * 256)
        assert (found.address, found.display_name, found.user_name, found.session) == ("", "", "", "")

    @pytest.mark.parametrize("character", ["\ud800", "\0"])
    def test_with_a_character_that_no_database_stores_are_refused_or_ignored(self, service, character):
        """Half of a surrogate pair for both, NUL for PostgreSQL."""
        failed = []
        for claim in ("sub", "sid", "name", "preferred_username", "email"):
            try:
                arrive(service, **{"sub": claim, "email_verified": True, claim: f"ada{character}@example.com"})
            except AuthError:
                continue
            except Exception as error:  # noqa: BLE001
                failed.append((claim, type(error)))
        assert failed == []

    def test_with_the_longest_subject_and_nothing_else_make_an_account(self, service):
        (only,) = own_links.links_of(service, enter(service, sub="s" * 255).user_id)
        assert len(only.label) <= 254

    def test_that_are_right_in_another_language_make_an_account(self, service):
        user = enter(service, sub="ü" * 255, preferred_username="Ωμέγα", name="أحمد", sid="日本")
        assert everybody(service)["Ωμέγα"].display_name == "أحمد"
        assert user.user_name == "Ωμέγα"
