"""The lab's handlers, called with what no page sends."""

import pytest

from rxapp.auth.features.inspector.pages.lab_page import LabState
from tests.web.test_events import page, run, signed_in  # noqa: F401  fixtures


@pytest.mark.parametrize("name", ["", "no_such_attack", "__class__", {}, [], None, 5])
def test_what_is_no_attack_is_not_tried(signed_in, name):  # noqa: F811
    assert run(signed_in, "attack", name, True, of=LabState) == []
