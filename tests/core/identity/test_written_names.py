"""Names in all languages are names, in one form. What hides or imitates is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxapp.auth.core.identity.written_names import display_name_in, user_name_in

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ALI_REZA = "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"
HIDDEN = [
    "a\u200bb",
    "a\u202eb",
    "a\u200cb",
    "a\u200db",
    "\u2066a",
    "a\u00adb",
    "\ufeffa",
    "a\nb",
    "a\tb",
    "a\0b",
    "\ud800",
    "a\u2028b",
]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("山田　太郎", "山田 太郎"),
        (ALI_REZA, ALI_REZA),
        (FAMILY, FAMILY),
        (f"Anna {FAMILY}", f"Anna {FAMILY}"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        ("\U0001f469\U0001f3fd\u200d\U0001f680", "\U0001f469\U0001f3fd\u200d\U0001f680"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",) * 2,
        ("नेपाल्\u200dया",) * 2,
        ("葛\U000e0100城",) * 2,
        ("  José   Maria ", "José Maria"),
        (unicodedata.normalize("NFD", "Zoë"), "Zoë"),
        ("ﾔﾏﾀﾞ", "ヤマダ"),
        ("迈克尔·杰克逊",) * 2,
        ("José·María · Berlin",) * 2,
        ("ジョン・スミス",) * 2,
        ("\u1112\u119e\u11ab글",) * 2,
        ("O\u2019Brien-Łukasz, Jr.",) * 2,
    ],
)
def test_a_display_name_of_any_language_is_kept_in_one_form(text, name):
    assert display_name_in(text) == name
    assert display_name_in(name) == name


@pytest.mark.parametrize("text", [*HIDDEN, "", "  ", "\u2800\u2800", "\ufe0f", f"{FAMILY}\u200d", "\U0001f3f4\U000e0067"])
def test_a_display_name_that_hides_or_imitates_is_refused(text):
    assert display_name_in(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [("山田　太郎", "山田 太郎"), (ALI_REZA, ALI_REZA), ("नेपाल्\u200dया",) * 2, (" zoe ", "zoe"), ("李小龍",) * 2],
)
def test_a_user_name_of_any_language_is_a_name(text, name):
    assert user_name_in(text) == name


@pytest.mark.parametrize("text", [*HIDDEN, FAMILY])
def test_a_user_name_that_hides_or_imitates_is_refused(text):
    assert user_name_in(text) is None


@given(st.text(max_size=40))
def test_what_is_kept_stays_as_it_is_and_has_no_line_breaks_or_controls(text):
    name = display_name_in(text)
    if name is None:
        return
    assert display_name_in(name) == name
    assert not {unicodedata.category(character) for character in name} & {"Cc", "Cs", "Zl", "Zp"}
