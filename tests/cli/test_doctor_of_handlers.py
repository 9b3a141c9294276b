"""`doctor` reads every state of an app, wherever it is defined, and names the handlers that are not what they seem."""

import re
import shutil

import pytest

from rxapp.auth.doctor.app import check_app
from rxapp.auth.doctor.findings import Verdict
from tests.conftest import ROOT

SHOPS = ROOT / "tests" / "cli" / "shops"
IN = r"reflex_shop\.reflex_shop\."


def examined(directory, *modules, app_name="reflex_shop"):
    """What is found in an app of these modules, of which the first is its own."""
    (directory / "rxconfig.py").write_text(f'import reflex as rx\nconfig = rx.Config(app_name="{app_name}")\n')
    (directory / app_name).mkdir()
    for number, module in enumerate(modules):
        shutil.copy(SHOPS / f"{module}.py", directory / app_name / f"{module if number else app_name}.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        patch.setenv("PYTHONPATH", f"{directory}:{ROOT}")
        patch.setenv("DATABASE_URL", f"sqlite:///{directory}/unused.db")
        patch.setenv("RXAPP_SECRET_KEY", "k" * 40)
        found = [finding for finding in check_app() if finding.check in ("app", "pages", "handlers")]
    assert not (directory / ".web").exists(), "nothing is built"
    return found


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    return examined(tmp_path_factory.mktemp("faulty"), "faulty", "other")


def named(found, words, verdict=Verdict.PROBLEM):
    """The handlers in the one finding that says this."""
    (finding,) = [finding for finding in found if re.search(words, finding.says)]
    assert finding.mend
    assert finding.verdict is verdict
    return set(re.findall(rf"{IN}([\w.<>]+)", finding.says))


def test_handlers_that_anyone_can_call_are_named_wherever_their_state_is_defined(faulty):
    assert named(faulty, "any browser can call [^,]*, .*Orders.forgotten") == {
        "Orders.forgotten",
        "Orders.reflex_shop_reflex_shop_outside",
        "Invoices.mixed_in",
        "Drafts.mixed_in",
        "Amount.increase",
        "Basket.pay",
        "Room.join",
    }
    assert "reflex.state.State.reflex_shop_reflex_shop_at_the_root" in str(faulty)


def test_a_state_of_the_same_name_in_another_module_hides_nothing(faulty):
    assert "reflex_shop.other" not in str(faulty)


def test_an_override_that_opens_what_was_guarded(faulty):
    assert named(faulty, "override guarded handlers") == {"Returns.load", "Drafts.delete"}


def test_a_guard_under_another_decorator(faulty):
    assert named(faulty, "under another decorator") == {"Covered.with_the_mark", "Covered.run_bare"}


def test_a_guard_that_can_never_run(faulty):
    assert named(faulty, "can never run") == {
        "Plain.never_called",
        "Plain.set_discount",
        "private",
        "Prices.without_a_state",
        "Prices.twice",
        "Prices.<lambda>",
        "of_no_state",
    }


def test_a_method_that_setvar_calls(faulty):
    assert named(faulty, "setvar") == {"Prices.set_price"}


def test_a_shared_state_that_anyone_can_join(faulty):
    assert named(faulty, "without a guard") == {"Room.join"}
    assert named(faulty, "public=True", Verdict.WARNING) == {"Room.enter", "Lobby.go_in"}


def test_there_is_no_other_finding(faulty):
    assert len(faulty) == 7


def test_an_app_whose_pages_cannot_be_built_is_looked_at_as_far_as_it_goes(tmp_path):
    found = examined(tmp_path, "unbuilt", app_name="shop")
    assert [(finding.check, finding.verdict) for finding in found] == [
        ("pages", Verdict.WARNING),
        ("handlers", Verdict.PROBLEM),
    ]
    assert "ZeroDivisionError" in found[0].says
    assert "shop.shop.Orders.forgotten" in found[1].says


def test_one_that_cannot_be_loaded_is_a_problem(tmp_path):
    (finding,) = examined(tmp_path, "unloadable", app_name="shop")
    assert finding.verdict is Verdict.PROBLEM
    assert "cannot be loaded" in finding.says
