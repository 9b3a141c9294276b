"""A new app of Reflex's in this process, beside those of other tests."""

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext


@pytest.fixture
def app():
    of_other_tests = RegistrationContext.ensure_context()
    RegistrationContext.set(of_other_tests.fork())
    yield rx.App()
    RegistrationContext.set(of_other_tests)
