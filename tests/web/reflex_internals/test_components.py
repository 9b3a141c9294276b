"""Components without a public name: they are what they were taken for."""

import reflex as rx

from rxapp.auth.web import error_boundary, link
from rxapp.auth.web.reflex_internals.components import cannot_connect


def libraries(component: rx.Component) -> set[str]:
    return set(component._get_all_imports())


def test_a_link_is_react_routers_and_needs_nothing_of_radix():
    rendered = link("Home", to="/")
    assert rendered.render()["name"] == "ReactRouterLink"
    assert "react-router" in libraries(rendered)
    assert not any("radix" in name for name in libraries(rendered))
    assert any("radix" in name for name in libraries(rx.link("Home", href="/"))), "or the public one would do"


def test_an_error_boundary_takes_a_view_of_the_apps():
    rendered = error_boundary(fallback_render=rx.Var.create(rx.el.p("This page could not be shown")))
    assert "This page could not be shown" in str(rendered.render())


def test_whether_a_page_cannot_connect_is_said_from_the_second_attempt_on():
    assert str(cannot_connect) == "(connectErrors.length >= 2)"
