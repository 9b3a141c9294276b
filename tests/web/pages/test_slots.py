"""What an app puts into a ready-made page, what it puts in its place, and what the registration form hands on to it."""

import pytest
import reflex as rx
from sqlmodel import select

from rxapp.auth import User
from rxapp.auth import web as auth
from rxapp.auth.http.runtime import hooks
from rxapp.auth.http.runtime.hooks import Hooks
from rxapp.auth.http.runtime.service import use_service
from rxapp.auth.web.pages.register import require_other_names
from rxapp.auth.web.site.registry import Site, site
from rxapp.auth.web.texts import ENGLISH
from tests.web.test_events import page, run  # noqa: F401  a fixture
from tests.web.texts.test_catalog import CARDS, FRAMED, said_in, speak  # noqa: F401  a fixture

FORM = {"username": "newcomer", "new_password": "plumb orbit cadet vixen", "new_password_again": "plumb orbit cadet vixen"}


def frame(*content):
    return rx.el.div("Our bar", *content)


def own_logo():
    return rx.el.p("Our logo")


@pytest.fixture
def looked_at(speak, monkeypatch):  # noqa: F811
    speak(ENGLISH)
    monkeypatch.setattr(site, "_look", auth.Look(frame=frame, logo=own_logo))


@pytest.mark.usefixtures("looked_at")
class TestSlots:
    @pytest.mark.parametrize("ready_made", [*CARDS, *FRAMED], ids=lambda ready_made: ready_made.__name__)
    def test_every_page_has_them(self, ready_made):
        slots = {"logo": rx.el.p("Slot's logo"), "title": "Slot's title", "extra": rx.el.p("Slot's extra")}
        said = list(said_in(ready_made(**slots)))
        assert [text for text in said if text.startswith("Slot's")] == ["Slot's logo", "Slot's title", "Slot's extra"]

    @pytest.mark.parametrize("ready_made", CARDS, ids=lambda ready_made: ready_made.__name__)
    def test_what_is_left_out_is_the_looks_and_the_texts(self, ready_made):
        said = list(said_in(ready_made()))
        assert "Our logo" in said
        assert "Our bar" not in said
        assert getattr(ENGLISH, ready_made.__name__.removesuffix("_page")).title in said

    @pytest.mark.parametrize("ready_made", FRAMED, ids=lambda ready_made: ready_made.__name__)
    def test_a_page_with_a_frame_has_no_logo_besides_the_frames(self, ready_made):
        said = list(said_in(ready_made()))
        assert "Our bar" in said
        assert "Our logo" not in said

    def test_extra_stands_inside_the_form_before_its_button(self):
        said = list(said_in(auth.register_page(extra=rx.el.input(placeholder="City"))))
        assert said.index("Repeat password") < said.index("City") < said.index("Create account")

    def test_the_link_to_registration_is_there_if_people_may_register(self, monkeypatch):
        assert "Create an account" in said_in(auth.login_page())
        assert "Create an account" not in list(said_in(auth.login_page(register_route="")))
        closed = auth.get_service().settings.model_copy(update={"registration": False})
        monkeypatch.setattr(auth.get_service(), "settings", closed)
        assert "Create an account" not in list(said_in(auth.login_page()))


def test_a_page_built_before_the_app_is_known_says_so():
    with pytest.raises(RuntimeError, match="install_auth"):
        _ = Site().look


class TestExtraFields:
    @pytest.fixture
    def told(self, monkeypatch):
        """What `on_register` is told, of an app that has declared a field."""
        told = []

        async def on_register(registration):
            told.append(dict(registration.extra_fields))

        monkeypatch.setattr(hooks, "_hooks", Hooks(on_register=on_register))
        monkeypatch.setattr(site, "extra_fields", ("city",))
        return told

    @pytest.mark.parametrize(
        ("sent", "handed_on"),
        [
            ({"city": "Bern"}, {"city": "Bern"}),
            ({}, {"city": ""}),
            ({"city": ["Bern"]}, {"city": ""}),
            ({"city": "Bern", "roles": "Admin", "user_id": "1"}, {"city": "Bern"}),
        ],
        ids=["filled in", "left out", "of a wrong type", "with others"],
    )
    def test_the_declared_ones_are_handed_on_as_strings_and_no_others(self, page, service, told, sent, handed_on):  # noqa: F811
        use_service(service)
        run(page, "submit", FORM | sent, of=auth.RegisterState)
        assert told == [handed_on]
        with service.database.read() as db:
            assert db.exec(select(User).where(User.user_name == "newcomer")).one().roles == []

    @pytest.mark.parametrize("name", ["username", "new_password"])
    def test_our_own_fields_cannot_be_declared(self, name):
        with pytest.raises(ValueError, match=name):
            require_other_names(["city", name])
