"""Roles are named in one way, wherever a guard asks for them; what cannot be meant is refused where it is written."""

from enum import Enum, StrEnum

import pytest
import reflex as rx
from fastapi import FastAPI

from rxapp.auth import web as auth
from rxapp.auth.core.identity.role_names import ROLE_MAXIMUM_LENGTH
from rxapp.auth.web.site.handler_policy import policy_of

NOT_A_LIST = ["Boss", "", None, 0, 7, True, {"Boss": 1}, {"Boss": 1}.keys(), (role for role in ["Boss"]), b"Boss", object()]
NOT_A_NAME = ["", " ", None, 7, b"Boss", ["Boss"], ("Boss", "Clerk"), {"Boss"}, " Boss", "Boss ", "a,b", 'a"b', "a\\b", "a\nb"]
TOO_LONG = "x" * (ROLE_MAXIMUM_LENGTH + 1)


def handler(self):
    """An event handler, as it stands in a state."""


def view():
    """A page."""
    return rx.el.p()


def in_an_event(roles):
    auth.event(roles=roles)


def over_a_handler(roles):
    auth.event(handler, roles=roles)


def in_a_page(roles):
    auth.page("/declared", roles=roles)


TAKING_A_LIST = [in_an_event, over_a_handler, in_a_page]


@pytest.mark.parametrize("declare", TAKING_A_LIST)
@pytest.mark.parametrize("roles", NOT_A_LIST, ids=lambda roles: type(roles).__name__)
def test_what_is_no_list_of_names_is_refused_at_the_declaration(declare, roles):
    with pytest.raises(auth.DeclarationRefused, match=r'Write roles=\["'):
        declare(roles)


@pytest.mark.parametrize("declare", TAKING_A_LIST)
@pytest.mark.parametrize("name", [*NOT_A_NAME, TOO_LONG], ids=repr)
@pytest.mark.parametrize("kind", [list, tuple])
def test_what_is_no_name_of_a_role_is_refused_within_a_list_too(declare, name, kind):
    with pytest.raises(auth.DeclarationRefused, match=r'Write roles=\["'):
        declare(kind(["Manager", name]))


@pytest.mark.parametrize("name", [*NOT_A_NAME, TOO_LONG], ids=repr)
@pytest.mark.parametrize("function", [auth.require, auth.has_role])
def test_require_and_has_role_take_names_and_no_lists_of_them(function, name):
    with pytest.raises(auth.DeclarationRefused, match=rf'Write auth\.{function.__name__}\("'):
        function("Manager", name)


def test_a_single_name_is_answered_with_the_list_that_was_meant():
    with pytest.raises(auth.DeclarationRefused, match=r'Write roles=\["Boss"\]\.'):
        auth.event(roles="Boss")


def test_what_is_refused_makes_no_role_known():
    from rxapp.auth.http.runtime.declared_roles import known_roles

    before = known_roles()
    for declare in TAKING_A_LIST:
        with pytest.raises(auth.DeclarationRefused):
            declare(["Only here", ""])
    with pytest.raises(auth.DeclarationRefused):
        auth.require("Only here", "")
    assert known_roles() == before


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset])
def test_a_list_a_tuple_and_a_set_say_the_same(kind):
    assert policy_of(auth.event(roles=kind(["Boss", "Clerk"]))(handler)) == frozenset({"Boss", "Clerk"})


def test_no_role_named_is_any_signed_in_person():
    assert policy_of(auth.event(roles=[])(handler)) == frozenset()
    assert policy_of(auth.event(handler)) == frozenset()
    assert auth.require().dependency is not None


def test_has_role_without_a_role_is_refused_and_says_what_to_write_instead():
    with pytest.raises(auth.DeclarationRefused, match=r"auth\.AuthState\.status == auth\.IN"):
        auth.has_role()


class Plain(StrEnum):
    BOSS = "The boss"


class Mixed(str, Enum):  # noqa: UP042  people write it so
    BOSS = "The boss"


@pytest.mark.parametrize("role", [Plain.BOSS, Mixed.BOSS], ids=lambda role: type(role).__name__)
def test_a_member_of_an_enumeration_of_texts_is_its_text(role):
    (named,) = policy_of(auth.event(roles=[role])(handler))
    assert type(named) is str
    assert named == "The boss"
    assert '"The boss"' in str(auth.has_role(role))


def test_the_names_that_people_may_be_given_are_those_that_can_be_asked_for():
    name = "Größe & Güte 4 x 4"
    assert policy_of(auth.event(roles=[name])(handler)) == frozenset({name})
    FastAPI(dependencies=[auth.require(name)])
