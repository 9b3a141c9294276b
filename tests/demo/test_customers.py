"""Adding, renaming and removing customers, on SQLite and on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from rxapp.demo.customers import (
    MAXIMUM_ID,
    CustomerError,
    CustomerNameTaken,
    CustomerNotFound,
    InvalidCustomerName,
    add_customer,
    customer_names,
    get_customer,
    list_customers,
    remove_customer,
    rename_customer,
)
from tests.conftest import downgrade, upgrade

NAMELESS = ["", " ", "\t\n", "\u3000"]
UNSEEN = ["Jane\0Doe", "Jane\nDoe", "Jane\u202eDoe", "Jane\u200bDoe", "\ud800", "Jane\u00a0Doe"]
IMPOSSIBLE_IDS = [0, -1, MAXIMUM_ID + 1, 2**63, -(2**63) - 1, 10**100]


@pytest.fixture
def jane(database):
    add_customer(database, "John Doe")
    return add_customer(database, "Jane Doe")


def refused(call, *arguments) -> type[CustomerError]:
    with pytest.raises(CustomerError) as error:
        call(*arguments)
    return type(error.value)


def at_once(*calls):
    """Run the calls in threads that all start together; errors are returned like values."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        except CustomerError as error:
            return type(error)

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


class TestAdding:
    def test_customers_are_listed_in_the_order_in_which_they_became_customers(self, database, jane):
        added = add_customer(database, "Ada Lovelace")
        assert customer_names(database) == ["John Doe", "Jane Doe", "Ada Lovelace"]
        assert [(customer.id, customer.name) for customer in list_customers(database)][-1] == (added.id, "Ada Lovelace")
        assert get_customer(database, added.id).name == "Ada Lovelace"

    def test_white_space_around_a_name_is_dropped(self, database):
        assert add_customer(database, " \tAda Lovelace\u3000\n").name == "Ada Lovelace"

    @pytest.mark.parametrize("name", NAMELESS + UNSEEN)
    def test_a_name_is_there_and_can_be_seen(self, database, name):
        assert refused(add_customer, database, name) is InvalidCustomerName
        assert customer_names(database) == []

    def test_a_name_has_at_most_128_characters_once_the_white_space_is_gone(self, database):
        assert add_customer(database, " " + "x" * 128 + " ").name == "x" * 128
        assert refused(add_customer, database, "x" * 129) is InvalidCustomerName

    def test_a_name_that_gets_longer_by_composing_is_measured_as_it_is_stored(self, database):
        assert refused(add_customer, database, "\u0958" * 128) is InvalidCustomerName, "its one form has 256 characters"

    def test_what_is_huge_is_refused_before_work_is_done_on_it(self, database):
        """Composing this would take minutes, and the test would time out."""
        assert refused(add_customer, database, "a" + "\u0301\u0323" * 500_000) is InvalidCustomerName

    def test_a_name_that_is_taken_is_refused_and_nothing_changes(self, database, jane):
        assert refused(add_customer, database, " Jane Doe") is CustomerNameTaken
        assert customer_names(database) == ["John Doe", "Jane Doe"]

    def test_the_same_letters_in_another_unicode_form_are_the_same_name(self, database):
        add_customer(database, "Ren\u00e9")
        assert refused(add_customer, database, "Rene\u0301") is CustomerNameTaken
        assert customer_names(database) == ["Ren\u00e9"]

    def test_letter_case_makes_another_name(self, database):
        add_customer(database, "Lee")
        add_customer(database, "LEE")
        assert customer_names(database) == ["Lee", "LEE"]

    def test_of_two_who_add_the_same_name_at_once_one_does(self, database):
        answers = at_once(*[lambda: add_customer(database, "Ada Lovelace")] * 8)
        assert answers.count(CustomerNameTaken) == 7
        assert customer_names(database) == ["Ada Lovelace"]


class TestRenaming:
    def test_the_customer_stays_the_same_one(self, database, jane):
        assert rename_customer(database, jane.id, " Jane Roe ").name == "Jane Roe"
        assert get_customer(database, jane.id).name == "Jane Roe"
        assert customer_names(database) == ["John Doe", "Jane Roe"]

    def test_to_its_own_name_is_no_conflict(self, database, jane):
        assert rename_customer(database, jane.id, "Jane Doe").id == jane.id

    def test_to_a_name_that_is_taken_is_refused_and_nothing_changes(self, database, jane):
        assert refused(rename_customer, database, jane.id, "John Doe") is CustomerNameTaken
        assert customer_names(database) == ["John Doe", "Jane Doe"]

    @pytest.mark.parametrize("name", [*NAMELESS, *UNSEEN, "x" * 129])
    def test_the_new_name_is_as_good_as_a_first_one(self, database, jane, name):
        assert refused(rename_customer, database, jane.id, name) is InvalidCustomerName
        assert get_customer(database, jane.id).name == "Jane Doe"

    def test_a_customer_that_somebody_removed_meanwhile_is_not_found_and_does_not_come_back(self, database, jane):
        remove_customer(database, jane.id)
        assert refused(rename_customer, database, jane.id, "Jane Roe") is CustomerNotFound
        assert customer_names(database) == ["John Doe"]

    def test_of_two_who_give_two_customers_one_name_at_once_one_does(self, database, jane):
        john = list_customers(database)[0]
        answers = at_once(*[lambda of=of: rename_customer(database, of.id, "Doe") for of in (john, jane)])
        assert answers.count(CustomerNameTaken) == 1
        assert customer_names(database).count("Doe") == 1


class TestRemoving:
    def test_it_is_gone_and_said_to_be(self, database, jane):
        assert remove_customer(database, jane.id).name == "Jane Doe"
        assert refused(get_customer, database, jane.id) is CustomerNotFound
        assert customer_names(database) == ["John Doe"]

    def test_of_several_who_remove_one_at_once_one_does(self, database, jane):
        answers = at_once(*[lambda: remove_customer(database, jane.id)] * 8)
        assert answers.count(CustomerNotFound) == 7

    def test_an_id_is_never_given_twice_so_that_whoever_holds_it_still_hits_nobody_else(self, database, jane):
        remove_customer(database, jane.id)
        ada = add_customer(database, "Ada Lovelace")
        assert refused(remove_customer, database, jane.id) is CustomerNotFound
        assert get_customer(database, ada.id).name == "Ada Lovelace"

    def test_its_name_can_be_given_again(self, database, jane):
        remove_customer(database, jane.id)
        assert add_customer(database, "Jane Doe").id != jane.id

    def test_removing_while_somebody_renames_leaves_it_removed_whoever_was_first(self, database, jane):
        for number in range(10):
            customer = add_customer(database, f"Customer {number}")
            at_once(
                lambda of=customer: remove_customer(database, of.id),
                lambda of=customer: rename_customer(database, of.id, f"Renamed {of.name}"),
            )
            assert customer_names(database) == ["John Doe", "Jane Doe"]


@pytest.mark.parametrize("customer_id", IMPOSSIBLE_IDS)
def test_an_id_that_the_database_cannot_hold_is_not_found(database, customer_id):
    assert refused(get_customer, database, customer_id) is CustomerNotFound
    assert refused(rename_customer, database, customer_id, "Ada") is CustomerNotFound
    assert refused(remove_customer, database, customer_id) is CustomerNotFound


def test_the_migration_that_ends_the_reuse_of_ids_keeps_the_customers(database, jane):
    url = database.engine.url.render_as_string(hide_password=False)
    remove_customer(database, list_customers(database)[0].id)
    database.dispose()
    for move in (partial(downgrade, revision="0002"), upgrade):
        move(url)
        assert [(customer.id, customer.name) for customer in list_customers(database)] == [(jane.id, "Jane Doe")]
    assert add_customer(database, "Ada Lovelace").id > jane.id


@given(name=st.text(st.characters(codec=None), max_size=140))
@settings(max_examples=100)
def test_whatever_is_given_as_a_name_is_stored_as_it_comes_back_or_refused(database, name):
    try:
        customer = add_customer(database, name)
    except InvalidCustomerName:
        return
    assert get_customer(database, customer.id).name == customer.name
    assert refused(add_customer, database, name) is CustomerNameTaken
    remove_customer(database, customer.id)
