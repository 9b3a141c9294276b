"""What Reflex stores of a page: sealed, so that reading or writing there is worth nothing (`e2e/test_at_rest.py` looks)."""

import io
import pickle
import subprocess
import sys

import pytest
import reflex as rx
from reflex.istate.manager import token as state_tokens
from reflex.state import BaseState
from reflex.utils import token_manager
from reflex_base.utils.exceptions import StateSchemaMismatchError

from rxapp.auth.web.reflex_internals import sealed_state as state_at_rest
from rxapp.auth.web.reflex_internals.sealed_state import Seal, SealedPickle, seal_states
from tests.conftest import ROOT

KEY, OTHER_KEY = "a" * 40, "b" * 40
SECRET = "rxr1_this-must-not-be-readable"


class KeptState(rx.State):
    """A state like any other."""

    shown: str = ""
    _hidden: str = ""


@pytest.fixture(autouse=True)
def _sealing(monkeypatch):
    """Sealed under KEY here, and as it was before afterwards."""
    for owner, name in ((BaseState, "_serialize"), (token_manager, "pickle"), (state_tokens, "pickle")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(BaseState, "_deserialize", classmethod(state_at_rest._deserialize))
    seal_states(KEY)


@pytest.fixture
def state() -> KeptState:
    state = KeptState(_reflex_internal_init=True)
    state.shown = state._hidden = SECRET
    return state


def test_a_stored_state_comes_back_as_it_was(state):
    for back in (BaseState._deserialize(state._serialize()), BaseState._deserialize(fp=io.BytesIO(state._serialize()))):
        assert (type(back), back.shown, back._hidden) == (KeptState, SECRET, SECRET)


def test_what_a_release_before_has_sealed_is_opened():
    sealed = bytes.fromhex("0000000000000000000000008eec319974ccaea9132fd5a1f114a6c4435d6e9eea684c")
    assert Seal("k" * 40).open(sealed) == b"a state"


def test_nothing_of_a_stored_state_can_be_read(state):
    stored = state._serialize()
    assert SECRET.encode() not in stored
    assert b"KeptState" not in stored
    assert stored != state._serialize(), "nor whether it has changed"
    try:
        read = pickle.loads(stored)
    except Exception:  # noqa: BLE001  which one is chance, for to pickle these are random bytes: a MemoryError was seen
        read = None
    assert "KeptState" not in repr(read)


def test_a_state_sealed_under_another_secret_key_counts_as_not_there(state):
    stored = state._serialize()
    seal_states(OTHER_KEY)
    with pytest.raises(StateSchemaMismatchError):
        BaseState._deserialize(stored)


class Payload:
    """What whoever can write to Redis would like a worker to unpickle."""

    def __reduce__(self):
        return exec, ("raise SystemExit('code from Redis has run')",)


HOSTILE = [pickle.dumps(Payload()), pickle.dumps(("schema", Payload())), b"", b"short", b"\0" * 200]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_pickle_written_by_somebody_else_is_not_run_and_counts_as_not_there(number):
    with pytest.raises(StateSchemaMismatchError):
        BaseState._deserialize(HOSTILE[number])
    with pytest.raises(pickle.UnpicklingError):
        token_manager.pickle.loads(HOSTILE[number])


def test_a_stored_state_with_any_byte_changed_counts_as_not_there(state):
    stored = state._serialize()
    for position in (0, 11, 12, len(stored) // 2, len(stored) - 1):
        changed = bytearray(stored)
        changed[position] ^= 1
        with pytest.raises(StateSchemaMismatchError):
            BaseState._deserialize(bytes(changed))


def test_records_of_sockets_and_updates_for_other_workers_are_sealed_too():
    record = token_manager.SocketRecord(instance_id=SECRET, sid="sid")
    stored = token_manager.pickle.dumps(record)
    assert SECRET.encode() not in stored
    assert token_manager.pickle.loads(stored) == record
    assert isinstance(state_tokens.pickle, SealedPickle)
    assert state_tokens.pickle.load(io.BytesIO(stored)) == record


def test_the_seal_does_not_show_its_key():
    assert KEY not in repr(vars(Seal(KEY)))


def test_an_app_with_auth_installed_is_sealed():
    code = "import rxapp.rxapp; from reflex.state import BaseState; print(BaseState._serialize.__module__)"
    environment = {"PATH": "", "DATABASE_URL": "sqlite:///unused.db", "RXAPP_SECRET_KEY": KEY}
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "rxapp.auth.web.reflex_internals.sealed_state"
