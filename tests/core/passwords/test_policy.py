"""Which passwords may be chosen: long ones that nobody would try first. Nothing else is asked of them."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import hypothesis.strategies as st
import pytest
from hypothesis import given
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from rxapp.auth import PasswordRefused
from rxapp.auth.core.passwords import policy as password_policy
from rxapp.auth.core.passwords.policy import MAXIMUM_LENGTH, Strength, require_good_password, strength_of

WORDS = "plumb orbit cadet vixen "

any_text = st.text(st.characters(), max_size=300) | st.text(st.characters(), min_size=15, max_size=30)


def accept(password, settings, user_name="johndoe"):
    require_good_password(password, user_name, settings)


def refusal_of(password, settings, user_name="johndoe"):
    with pytest.raises(PasswordRefused) as refused:
        require_good_password(password, user_name, settings)
    return refused.value.message


class TestLength:
    def test_fifteen_characters_are_enough_and_fourteen_are_not(self, settings):
        accept((WORDS * 2)[:15], settings)
        assert "at least 15 characters" in refusal_of((WORDS * 2)[:14], settings)

    def test_256_characters_are_allowed_and_257_are_not(self, settings):
        accept((WORDS * 20)[:256], settings)
        assert f"at most {MAXIMUM_LENGTH} characters" in refusal_of((WORDS * 20)[:257], settings)

    @pytest.mark.parametrize("alphabet", ["кошкаптица", "漢字仮名交文", "🦊🐙🌵🎻🧭🪁🛶🏮", "ñéüøåßþðæœ"])
    def test_characters_are_counted_and_not_bytes(self, settings, alphabet):
        mixed = "".join(alphabet[(n * n + n // 3) % len(alphabet)] for n in range(15))
        accept(mixed, settings)
        assert "at least 15 characters" in refusal_of(mixed[:14], settings)

    def test_the_minimum_is_a_setting(self, settings):
        shorter = settings.model_copy(update={"password_minimum_length": 8})
        accept("vix8qumb", shorter)
        assert "at least 8 characters" in refusal_of("vix8qum", shorter)


class TestCharacters:
    @pytest.mark.parametrize(
        "password",
        [
            "plumborbitcadetvixen",
            "PLUMBORBITCADETVIXEN",
            "  spaces at both ends  ",
            "кофе с молоком в полдень",
            "🦊 jumps over 🐙 twice",
            "tab\tand\nline break vixen",
            "combinin\u0301g and zero\u200bwidth",
            "'; DROP TABLE auth_user; --",
            "<script>orbit()</script>",
        ],
    )
    def test_any_are_allowed_and_none_are_required(self, settings, password):
        accept(password, settings)

    @pytest.mark.parametrize("character", ["\0", "\ud800", "\udfff"])
    def test_what_cannot_be_stored_is_refused(self, settings, character):
        assert "cannot contain" in refusal_of(f"plumb orbit {character} cadet vixen", settings)


class TestContextWords:
    @pytest.mark.parametrize(
        "password", ["johndoe plumb orbit", "plumb JohnDoe orbit", "plumb orbit ｊｏｈｎｄｏｅ", "xxJOHNDOEvixen99"]
    )
    def test_the_user_name_is_refused_in_any_letters_and_place(self, settings, password):
        assert "your user name" in refusal_of(password, settings)

    def test_a_user_name_in_another_script_is_found_too(self, settings):
        assert "your user name" in refusal_of("plumb КАΐΡΗΣ orbit", settings, user_name="каΐρης")

    @pytest.mark.parametrize(
        ("name", "password"),
        [
            ("rxapp", "rxapp plumb orbit cadet"),
            ("rxapp", "plumb orbit RxApp!!"),
            ("Acme Bank", "acmebank login welcome"),
            ("Acme Bank", "plumb orbit ACME BANK cadet"),
        ],
    )
    def test_the_name_of_the_app_is_refused_with_its_spaces_and_without(self, settings, name, password):
        assert "the name of this app" in refusal_of(password, settings.model_copy(update={"app_name": name}))

    def test_our_own_name_is_a_word_like_others_in_another_app(self, settings):
        accept("rxapp plumb orbit cadet", settings.model_copy(update={"app_name": "Acme Bank"}))

    def test_a_word_of_the_apps_name_makes_a_password_easier_to_guess(self, settings):
        named = settings.model_copy(update={"app_name": "Zyqxwv Bank"})
        assert strength_of("zyqxwv zyqxwv zyqxwv", "", named).score < strength_of("zyqxwv plumb orbit cadet", "", named).score

    def test_a_short_user_name_stands_in_many_good_passwords_by_chance(self, settings):
        accept("plumb orbit cadet", settings, user_name="bit")
        refusal_of("plumb orbit cadet", settings, user_name="orbi")

    def test_without_a_user_name_yet_the_rest_still_holds(self, settings):
        accept("plumb orbit cadet", settings, user_name="")
        refusal_of("passwordpassword", settings, user_name="")


class TestCommonPasswords:
    @pytest.mark.parametrize(
        "password",
        [
            "passwordpassword",
            "PasswordPassword",
            "P@ssw0rdP@ssw0rd",
            "password1234567",
            "123456789012345",
            "098765432109876",
            "aaaaaaaaaaaaaaa",
            "               ",
            "abcabcabcabcabcabc",
            "qwertyuiopasdfghjkl",
            "iloveyouiloveyou",
            "letmeinletmeinletmein",
            "🦊" * 15,
        ],
    )
    def test_what_would_be_tried_first_is_refused(self, settings, password):
        assert "too easy to guess" in refusal_of(password, settings)

    def test_none_that_is_long_enough_is_among_the_thirty_thousand_most_used(self, settings):
        long_enough = [password for password in FREQUENCY_LISTS["passwords"] if len(password) >= 15]
        assert len(long_enough) > 20
        for password in long_enough:
            assert "too easy to guess" in refusal_of(password, settings), password

    def test_none_of_eight_characters_is_among_the_three_thousand_first_where_eight_are_enough(self, settings):
        """ASVS 6.2.4. Every tenth of them, for the estimator takes its time."""
        shorter = settings.model_copy(update={"password_minimum_length": 8})
        common = [password for password in FREQUENCY_LISTS["passwords"] if len(password) >= 8][:3_000:10]
        for password in common:
            assert "too easy to guess" in refusal_of(password, shorter), password

    def test_repeating_a_common_one_to_the_maximum_length_makes_it_no_better(self, settings):
        assert "too easy to guess" in refusal_of("password" * 32, settings)

    def test_the_user_name_in_disguise_is_among_the_first_that_would_be_tried(self, settings):
        accept("0leksandr1vn4 1", settings)
        assert "too easy to guess" in refusal_of("0leksandr1vn4 1", settings, user_name="oleksandrivna")

    def test_two_people_who_choose_at_once_are_each_compared_to_their_own_name(self, settings):
        names = ["oleksandrivna", "wolodymyrenko", "przemyslawski", "szczepankowna"]

        def choose(name):
            disguised = name.replace("o", "0").replace("e", "3").replace("a", "4").replace("s", "5")
            return strength_of(f"{disguised} 1", name, settings).score

        switch_interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            with ThreadPoolExecutor(len(names)) as threads:
                assert set(threads.map(choose, names * 10)) == {1}
        finally:
            sys.setswitchinterval(switch_interval)


class TestHint:
    @pytest.mark.parametrize(
        ("typed", "hint"),
        [
            ("", Strength(0)),
            ("p", Strength(0, missing=14)),
            ("plumb orbit ca", Strength(0, missing=1)),
            ("plumb orbit cadet vixen", Strength(4)),
            ("bluemoon12121987", Strength(2)),
        ],
    )
    def test_it_says_how_far_the_person_has_come(self, settings, typed, hint):
        assert strength_of(typed, "johndoe", settings) == hint

    @pytest.mark.parametrize("typed", ["passwordpassword", "johndoe plumb orbit", (WORDS * 20)[:257], "plumb orbit \0 cadet"])
    def test_of_a_password_that_will_be_refused_it_says_why(self, settings, typed):
        strength = strength_of(typed, "johndoe", settings)
        assert (strength.score, strength.refusal.message) == (1, refusal_of(typed, settings))

    @given(any_text, st.text(max_size=64))
    def test_it_promises_exactly_what_will_be_accepted(self, settings, password, user_name):
        strength = strength_of(password, user_name, settings)
        try:
            require_good_password(password, user_name, settings)
        except PasswordRefused:
            assert strength.score <= 1
        else:
            assert 2 <= strength.score <= 4


@pytest.mark.parametrize(
    "password",
    [
        ("<7$+(0@2[14zx6{3|8%9!5" * 12)[:256],  # each of these may stand for a letter, most for two: the estimator tries them all
        "aA1!" * 64,
        "1/2/1999 " * 28,
        "qwertyuiop" * 25,
        "ab" * 128,
    ],
    ids=["leet", "repeats", "dates", "keyboard", "pairs"],
)
def test_no_password_takes_long_to_check_while_a_person_is_typing(settings, password):
    """Whoever may register may send it as often as they like."""
    before = time.thread_time()
    strength_of(password, "johndoe", settings)
    assert time.thread_time() - before < 0.2


def test_nobody_waits_for_the_check_of_another_persons_password(settings):
    """A stranger who asks for one estimate after the other must not hold up a registration: they have nothing in common."""
    hold, go_on = threading.Event(), threading.Event()

    class Slow(str):
        __slots__ = ()

        def lower(self):
            hold.set()
            go_on.wait(timeout=10)
            return super().lower()

    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(password_policy.guessability, "plumb orbit cadet vixen", [Slow("somebody")])
        assert hold.wait(timeout=10)
        assert threads.submit(password_policy.guessability, "plumb orbit cadet vixen", []).result(timeout=60) == 4
        go_on.set()
        assert slow.result(timeout=10) == 4


@pytest.mark.parametrize("password", ["098765432109876", "p@$$w0rd", "$3cr3t!$3cr3t!"])
def test_the_bound_on_the_work_makes_no_common_password_better(settings, password):
    shorter = settings.model_copy(update={"password_minimum_length": 8})
    assert "too easy to guess" in refusal_of(password, shorter)
