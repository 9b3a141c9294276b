"""The theme of the ready-made pages: its variables, and the classes that use them."""

import pytest

from rxapp.auth.web.site.page_layout import Look
from rxapp.auth.web.ui.theme import TOKENS, stylesheet, themed


def test_a_class_names_a_variable_of_the_theme():
    assert themed("p-4 bg-@surface hover:text-@accent-hover") == (
        "p-4 bg-[color:var(--auth-surface)] hover:text-[color:var(--auth-accent-hover)]"
    )


def test_a_soft_colour_is_mixed_into_the_card():
    assert themed("bg-@danger-soft") == "bg-[color-mix(in_oklab,var(--auth-danger)_8%,var(--auth-surface))]"


def test_a_colour_that_the_theme_does_not_have_is_refused():
    with pytest.raises(KeyError, match="mauve"):
        themed("bg-@mauve")


def test_every_token_has_a_value_and_those_of_the_dark_follow_the_class_of_the_document():
    light, dark = stylesheet(Look()).split("}.dark,")
    for name, token in TOKENS.items():
        assert f"--auth-{name}:" in light
        assert (f"--auth-{name}:" in dark) == (token.dark != token.light)


def test_where_there_is_a_theme_of_radix_its_variables_count():
    assert "--auth-accent:var(--accent-9,#4f46e5)" in stylesheet(Look())
    assert ".radix-themes{" in stylesheet(Look())


def test_what_the_app_sets_counts_more_and_the_rest_of_the_accent_follows():
    css = stylesheet(Look(accent="#0f766e", radius="0", font="Georgia, serif"))
    for declared in ("--auth-accent:#0f766e;", "--auth-radius:0;", "--auth-font:Georgia, serif}"):
        assert declared in css
    assert "--auth-accent-hover:color-mix(in oklab,var(--auth-accent),#000 15%)" in css
    assert "--accent-9" not in css
