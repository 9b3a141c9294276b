"""What a guide says of computed vars: nothing guards them, and after sign-out they look at vars that are empty."""

import pytest
import reflex as rx

from rxapp.auth.web import AuthState, current_user, event
from tests.web.test_events import in_a_loop, page, run, signed_in  # noqa: F401  fixtures


class Sums(rx.State):
    """As a guide would have it."""

    amounts: list[int] = []

    @event
    async def load(self):
        self.amounts = [len(current_user(self).user_name), 1]

    @rx.var
    def total(self) -> int:
        return sum(self.amounts)


@pytest.fixture
def sums(signed_in):  # noqa: F811
    return in_a_loop(signed_in.get_state(Sums))


def total_sent(root) -> int | None:
    delta = root.get_delta()
    return delta.get(Sums.get_full_name(), {}).get("total_rx_state_")


def test_one_over_vars_that_a_guarded_handler_loads_is_sent_empty_after_sign_out(signed_in, sums):  # noqa: F811
    run(signed_in, "load", of=Sums)
    assert total_sent(signed_in) == 8
    signed_in._clean()
    run(signed_in, "log_out", of=AuthState)
    assert total_sent(signed_in) == 0


def test_it_is_computed_for_nobody_too(page):  # noqa: F811
    assert in_a_loop(page.get_state(Sums)).total == 0
