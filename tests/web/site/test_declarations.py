"""Declarations that cannot mean what they say are refused where they are written, in a sentence that says what to write."""

from functools import partial
from typing import Annotated

import pytest
import reflex as rx
from reflex_components_core.core._upload import UploadChunkIterator, UploadFile

from rxapp.auth import web as auth
from rxapp.auth.web import guards
from rxapp.auth.web.site.registry import Site
from tests.web import postponed_annotations


def handler(self):
    """An event handler, as it stands in a state."""


async def asynchronous(self):
    """Another."""


def total(self) -> int:
    """What a computed var computes."""
    return 1


def view():
    """A page, without its guard."""
    return rx.el.p("words")


class Somewhere(rx.State):
    @auth.event
    def load(self):
        """Guarded."""


def refused(*words):
    return pytest.raises(auth.DeclarationRefused, match=".*".join(words))


class TestContradictions:
    def test_an_event_for_everyone_asks_for_no_role(self):
        with refused("public=True", "roles"):
            auth.event(public=True, roles=["Manager"])

    def test_an_event_for_everyone_asks_nobody_for_a_password(self):
        with refused("public=True", "fresh=True"):
            auth.event(public=True, fresh=True)

    def test_a_page_for_everyone_asks_for_no_role(self):
        with refused("public=True", "roles"):
            auth.page("/everyone", public=True, roles=["Manager"])

    @pytest.mark.parametrize("option", ["fresh", "signs_in", "background", "debounce", "role", "component"])
    def test_a_page_takes_no_option_of_an_event_and_none_that_is_misspelt(self, option):
        with refused("auth.page", option, "auth.event"):
            auth.page("/everyone", **{option: True})

    def test_a_page_takes_the_options_of_reflex(self):
        auth.page("/everyone", title="All", description="All", image="/all.png", meta=[], context={})

    @pytest.mark.parametrize("what", [rx.el.p("a component"), "a text", None], ids=["component", "text", "nothing"])
    def test_only_a_view_can_be_guarded(self, what):
        with refused("function that returns a component", r"auth\.guarded\(view\)"):
            auth.guarded(what)

    @pytest.mark.parametrize("second", [auth.guarded, auth.page("/view"), auth.page("/view", public=True)])
    def test_a_view_has_one_guard(self, second):
        with refused("view has a guard already"):
            second(auth.guarded(view, roles=["Manager"]))

    def test_the_roles_of_a_guarded_view_are_a_list(self):
        with refused("roles", r'\["Manager"\]'):
            auth.guarded(view, roles="Manager")

    @pytest.mark.parametrize("flag", ["public", "fresh", "signs_in"])
    @pytest.mark.parametrize("value", ["False", "", 0, 1, None, []], ids=repr)
    def test_what_is_neither_true_nor_false_is_refused_where_either_is_asked_for(self, flag, value):
        with refused(flag, "True or False"):
            auth.event(**{flag: value})

    @pytest.mark.parametrize("value", ["False", 1], ids=repr)
    def test_so_is_a_task_that_reflex_would_not_take_for_one_in_the_background(self, value):
        with refused("background", "True or False"):
            auth.event(background=value)
        auth.event(background=None)(handler)

    @pytest.mark.parametrize("value", ["False", 1, None])
    def test_of_a_page_too(self, value):
        with refused("public", "True or False"):
            auth.page("/everyone", public=value)

    def test_and_of_a_route_of_the_api(self):
        with refused("fresh", "True or False"):
            auth.require("Manager", fresh="no")

    def test_two_guards_over_one_handler_are_refused_in_either_order(self):
        for inner, outer in [({"roles": ["A"]}, {"public": True}), ({"public": True}, {"roles": ["A"]}), ({}, {})]:
            with refused("has a guard already"):
                auth.event(**outer)(auth.event(**inner)(lambda self: None))

    def test_a_background_task_is_asynchronous_as_reflex_wants_it(self):
        with refused("background=True", "async def"):
            auth.event(background=True)(handler)
        auth.event(background=True)(asynchronous)

    def test_who_is_signed_in_may_sign_in_anew(self):
        """As our own handlers do that are given a password: the new session takes the place of the old one."""
        auth.event(signs_in=True)(handler)


def test_a_page_without_anything_to_load_may_say_so_as_reflex_does(monkeypatch):
    """Reflex's own default; among other events it would fail each time that the page is loaded."""
    monkeypatch.setattr(guards, "site", Site())
    auth.page("/nothing-to-load", on_load=None)(rx.el.p)
    ((_, options),) = guards.site._waiting_pages
    assert options["on_load"] is None


class TestWhatAGuardIsPutOn:
    @pytest.mark.parametrize("roles", ["Manager", ["Manager"], ("Manager",)])
    def test_roles_in_place_of_the_handler(self, roles):
        with refused(r'@auth\.event\(roles=\["Manager"\]\)'):
            auth.event(roles)

    @pytest.mark.parametrize(
        "thing",
        [
            staticmethod(handler),
            classmethod(handler),
            property(handler),
            partial(handler, 1),
            Somewhere,
            Somewhere.load,
            rx.var(total),
            42,
        ],
        ids=lambda thing: type(thing).__name__,
    )
    def test_what_is_no_function_of_a_state(self, thing):
        for declare in (auth.event, auth.event(public=True), auth.event(roles=["Manager"])):
            with refused("`def` itself"):
                declare(thing)

    def test_a_handler_that_no_page_could_call(self):
        def _hidden(self):
            """Private."""

        for declare in (auth.event, auth.event(public=True)):
            with refused("_hidden", "underscore"):
                declare(_hidden)

    def test_a_page_whose_route_was_forgotten(self):
        with refused(r'@auth\.page\("/'):

            @auth.page
            def index():
                return rx.el.p()


class Subclass(UploadFile):
    pass


UPLOADS = [
    list[rx.UploadFile],
    list[UploadFile],
    list[Subclass],
    rx.UploadFile,
    list[rx.UploadFile] | None,
    Annotated[list[rx.UploadFile], "of a form"],
    UploadChunkIterator,
    rx.UploadChunkIterator,
    "list[rx.UploadFile]",
    "rx.UploadChunkIterator",
    "list[Nowhere.UploadFile]",
]


class TestUploads:
    """The files of an upload are closed when its request ends: they cannot wait for a password."""

    @pytest.mark.parametrize("annotation", UPLOADS, ids=str)
    @pytest.mark.parametrize("flag", ["fresh", "signs_in"])
    def test_one_that_would_wait_is_refused(self, annotation, flag):
        async def take(self, other: int, files):
            """An upload."""

        take.__annotations__["files"] = annotation
        for background in (False, True):
            with refused(f"{flag}=True", "upload", "first"):
                auth.event(background=background, **{flag: True})(take)

    @pytest.mark.parametrize("name", ["files", "alone", "chunks", "renamed"])
    def test_where_annotations_are_texts_too(self, name):
        with refused("fresh=True", "upload"):
            auth.event(fresh=True)(getattr(postponed_annotations, name))

    @pytest.mark.parametrize("annotation", UPLOADS, ids=str)
    def test_one_that_does_not_wait_is_an_event_as_any_other(self, annotation):
        async def take(self, files):
            """An upload."""

        take.__annotations__["files"], take.__qualname__ = annotation, "Somewhere.take"
        auth.event(roles=["Manager"])(take)
        auth.event(public=True)(take)

    @pytest.mark.parametrize("annotation", [int, "dict[str, int]", "Nowhere", list, None, "not an expression"])
    def test_a_handler_without_files_may_wait(self, annotation):
        async def take(self, form):
            """No upload."""

        take.__annotations__["form"], take.__qualname__ = annotation, "Somewhere.take"
        auth.event(fresh=True)(take)
