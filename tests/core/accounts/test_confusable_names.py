"""User names that cannot be told apart, or not be seen: nobody registers one, whoever has one keeps it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from rxapp.auth import AUTH_HISTORY, InvalidUserName, UserNameTaken
from rxapp.auth.core.accounts.confusable_names import look_hashes
from rxapp.auth.core.errors import UserNameLooksTaken
from rxapp.auth.core.input_rules import InputRule
from rxapp.auth.web.texts import ENGLISH, GERMAN
from tests.conftest import PASSWORD
from tests.thorough import thorough_but_for

GOOD = "plumb orbit cadet vixen"
HONEST = [
    *(
        "李小龍",
        "José",
        "Łukasz",
        "марія",
        "Ёлка",
        "Ἀλέξανδρος",
        "山田太郎",
        "さくらサクラ桜",
        "김철수",
        "محمد",
        "אברהם",
        "Zoë",
        "Nguyễn Văn A",
    ),
    *("Mary Ann", "o'brien", "anna.smith", "anna_1", "Иван2", "Иван smith", "李lee", "ada@example.com", "Ægir", "ß", "a"),
]
UNSEEN = [
    "admin\u2800",
    "\u2800",
    "ad\u3164min",
    "admin\u115f",
    "admin\u1160",
    "admin\uffa0",
    "ad\u00admin",
    "ad\u200bmin",
    "ad\ufe0fmin",
]
UNSEEN += ["john  doe", "\u0301admin", "ad\u00a0min", "ad\tmin", "ad\u034fmin"]
MIXED = ["аdmin", "adminа", "pαul", "Ivаn", "Вob", "Гreen", "αдмин", "jоhn doe", "ａdmіn"]
LOOK_ALIKES = [
    ("admin", "admın"),
    ("paul", "pau1"),
    ("Ivan", "lvan"),
    ("scope", "ѕсоре"),
    ("BOB", "ВОВ"),
    ("olga", "0lga"),
    ("modern", "modem"),
    ("aeon", "ɑeon"),
]


def register(service, name):
    return service.accounts.register(name, "", GOOD)


def create(service, name):
    return service.administration.create_user(name, "", [])[0]


BY = pytest.mark.parametrize("make", [register, create])
MOSTLY_ON_SQLITE = pytest.mark.parametrize("database", thorough_but_for(("sqlite",), ("sqlite", "postgresql")), indirect=True)
"""Such a name is refused before the database is asked."""


@BY
@pytest.mark.parametrize("name", HONEST)
def test_an_honest_name_is_taken_as_it_is(service, make, name):
    assert make(service, name).user_name == name


@MOSTLY_ON_SQLITE
@BY
@pytest.mark.parametrize("name", UNSEEN, ids=ascii)
def test_one_with_something_that_cannot_be_seen_is_refused(service, make, name):
    with pytest.raises(InvalidUserName) as refused:
        make(service, name)
    assert refused.value.rule in ("user_name_unseen", "user_name_missing")


@MOSTLY_ON_SQLITE
@BY
@pytest.mark.parametrize("name", MIXED, ids=ascii)
def test_one_with_a_word_in_several_alphabets_is_refused(service, make, name):
    with pytest.raises(InvalidUserName) as refused:
        make(service, name)
    assert refused.value.rule == "user_name_mixed"


@BY
@pytest.mark.parametrize(("one", "other"), LOOK_ALIKES, ids=ascii)
@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_that_look_alike_the_first_gets_the_name(service, make, one, other, is_first):
    first, second = (one, other) if is_first else (other, one)
    make(service, first)
    with pytest.raises(UserNameLooksTaken):
        make(service, second)
    assert service.administration.find_user(second) is None


def test_of_two_at_once_one_gets_it(service):
    def attempt(name):
        try:
            return register(service, name)
        except UserNameTaken:
            return None

    for number in range(5):
        with ThreadPoolExecutor(2) as threads:
            made = list(threads.map(attempt, [f"scope {number}x", f"ѕсоре {number}х"]))
        assert sum(user is not None for user in made) == 1


class TestNamesThatExist:
    def test_log_in_and_are_found_whatever_they_look_like(self, service):
        for name in ("scope", "ѕсоре", "pаul", "admin\u2800"):
            service.create_user(name, PASSWORD)
            assert service.log_in(name, PASSWORD)
            assert service.administration.find_user(name).user_name == name

    def test_are_looked_at_by_the_migration_and_stay(self, database, service):
        AUTH_HISTORY.downgrade(database, "rxapp_auth_0003")
        AUTH_HISTORY.migrate(database)
        assert register(service, "scope")

    def test_the_migration_keeps_look_alikes_and_lets_no_further_one_in(self, database, service):
        for name in ("scope", "ѕсоре"):
            service.create_user(name, PASSWORD)
        AUTH_HISTORY.downgrade(database, "rxapp_auth_0003")
        AUTH_HISTORY.migrate(database)
        assert all(service.log_in(name, PASSWORD) for name in ("scope", "ѕсоре"))
        with pytest.raises(UserNameLooksTaken):
            register(service, "sc0pe")

    def test_a_name_is_free_again_when_its_account_is_gone(self, service):
        service.accounts.undo_registration(register(service, "scope").id)
        assert register(service, "ѕсоре")


def test_what_it_looks_like_is_stored_as_a_hash_of_one_length():
    assert {len(look) for name in ("a", "\ufdfa" * 60, "m" * 64) for look in look_hashes(name)} == {43}


def test_each_refusal_has_its_sentence_in_both_languages():
    for rule in (InputRule.USER_NAME_LOOKS_TAKEN, InputRule.USER_NAME_MIXED):
        assert ENGLISH.refusals.of(rule.name.lower()) == rule
        assert GERMAN.refusals.of(rule.name.lower()) not in ("", rule)
