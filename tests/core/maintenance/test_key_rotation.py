"""Changing keys under a running service: nobody is signed out, every worker follows by itself, and what is spent goes."""

from datetime import timedelta

import jwt
import pytest
from pydantic import SecretStr
from sqlalchemy import event, select

from rxapp.auth import AuthService, InvalidToken, SessionExpired, SessionRevoked, TokenReused
from rxapp.auth.core.audit.events import EventFilter, EventKind
from rxapp.auth.core.database.tables import SigningKey
from rxapp.auth.core.keys.derivation import Keys
from rxapp.auth.core.keys.key_ring import PROPAGATION_DELAY, RELOAD_INTERVAL
from rxapp.auth.core.maintenance.key_rotation import KeyState, describe_keys
from rxapp.auth.core.maintenance.key_rotation import rotate as rotate_keys
from rxapp.auth.core.maintenance.pruning import prune
from rxapp.auth.features.new_password.rules import log_in_by_link
from tests.conftest import PASSWORD
from tests.core.sessions.test_races import at_once, refresh, session_of

MOMENT = timedelta(microseconds=1)
NEW_SECRET, OLD_SECRET = "n" * 40, "k" * 40


@pytest.fixture
def start(settings, database, clock):
    """Another worker on the same database, with settings of its own."""

    def start(**changes):
        return AuthService(settings.model_copy(update=changes), database, clock)

    return start


@pytest.fixture
def rotate(service):
    """Rotate the keys, as the command line of that worker does."""
    return lambda worker=service: rotate_keys(worker.settings, worker.database, worker.clock)


@pytest.fixture
def rotated(rotate, clock):
    """A new key is in use."""
    key = rotate()
    clock.now += PROPAGATION_DELAY
    return key


def with_secret(new, *previous):
    return {"secret_key": SecretStr(new), "previous_secret_keys": tuple(map(SecretStr, previous))}


def states(worker):
    return {key.kid: key.state for key in describe_keys(worker.settings, worker.database, worker.clock)}


def kid_of(pair):
    return jwt.get_unverified_header(pair.access_token)["kid"]


def run_prune(worker):
    return [(batch.pruner.kind, batch.rows) for batch in prune(worker.settings, worker.database, worker.clock)]


class TestWithoutARotation:
    def test_the_secret_key_signs_by_itself_as_it_always_did(self, service, pair):
        keys = Keys.derive(OLD_SECRET)
        assert kid_of(pair) == keys.key_id
        assert jwt.decode(pair.access_token, keys.access_token_key, ["HS256"], audience="rxapp", options={"verify_exp": False})
        assert states(service) == {keys.key_id: KeyState.CURRENT}

    def test_pruning_leaves_it_alone(self, service, pair, clock):
        clock.move(days=400)
        assert all(kind != "keys" for kind, _ in run_prune(service))
        assert states(service) == {Keys.derive(OLD_SECRET).key_id: KeyState.CURRENT}


class TestRotation:
    def test_the_new_key_signs_after_the_delay_and_the_old_one_verifies_on(self, service, rotate, pair, clock):
        key = rotate()
        clock.now += PROPAGATION_DELAY - MOMENT
        assert kid_of(service.log_in("johndoe", PASSWORD)) == kid_of(pair)
        clock.now += MOMENT
        assert kid_of(service.log_in("johndoe", PASSWORD)) == key.kid
        assert service.verify_access(pair.access_token)
        successor = refresh(service, pair)
        assert kid_of(successor) == key.kid
        assert refresh(service, successor)

    def test_what_is_stored_is_no_key_that_could_be_used(self, service, rotated, database):
        with database.read() as db:
            rows = db.exec(select(SigningKey.kid, SigningKey.wrapped_secret)).all()
        assert len(rows) == 2
        for row in rows:
            assert OLD_SECRET.encode() not in row.wrapped_secret
            assert Keys.derive(row.wrapped_secret).key_id not in states(service)
        assert "wrapped" not in repr(SigningKey(kid="a", wrapped_secret=b"s"))

    def test_it_is_written_down_without_a_secret(self, service, rotated):
        total, (found,) = service.administration.events(EventFilter(kind=EventKind.KEYS_ROTATED), limit=9)
        assert (total, found.detail, found.actor_id) == (1, rotated.kid, None)

    def test_again_and_again_all_that_was_signed_stays_good(self, service, rotate, pair, johndoe, clock):
        pairs = [pair]
        for _ in range(5):
            rotate()
            clock.now += PROPAGATION_DELAY
            pairs.append(service.log_in("johndoe", PASSWORD))
        assert len({kid_of(each) for each in pairs}) == 6
        assert all(refresh(service, each) for each in pairs)

    def test_twice_at_once_leaves_one_current_key_and_signs_nobody_out(self, service, start, rotate, pair, clock):
        keys = at_once([lambda worker=worker: rotate(worker) for worker in (service, start(), start())])
        assert len({key.kid for key in keys}) == 3
        clock.now += PROPAGATION_DELAY
        assert sorted(states(service).values()) == ["current", "kept", "kept", "kept"]
        assert service.verify_access(pair.access_token)
        assert refresh(start(), refresh(service, pair))

    def test_while_one_rotates_others_can_log_in(self, service, rotate, johndoe):
        answers = at_once([rotate, *[lambda: service.log_in("johndoe", PASSWORD)] * 6])
        assert all(refresh(service, pair) for pair in answers[1:])


class TestWorkers:
    def test_one_that_has_not_signed_for_long_reads_the_new_key_when_it_is_shown_its_token(
        self, service, start, rotate, pair, clock
    ):
        other = start()
        assert other.verify_access(pair.access_token)
        rotate()
        clock.now += PROPAGATION_DELAY
        newer = refresh(service, pair)
        assert kid_of(newer) != kid_of(pair)
        assert other.verify_access(newer.access_token)
        assert refresh(other, newer)

    def test_one_that_is_never_shown_the_new_key_begins_to_use_it_all_the_same(self, service, rotate, pair, clock):
        """A single worker, and the command line beside it."""
        key = rotate()
        clock.now += PROPAGATION_DELAY
        assert kid_of(refresh(service, pair)) == key.kid

    def test_at_the_moment_of_the_change_two_workers_understand_each_other(self, service, start, rotate, pair, clock):
        """One's clock is a little ahead, so that it is the only one to use the new key."""
        behind = start()
        behind.verify_access(pair.access_token)
        rotate()
        clock.now += PROPAGATION_DELAY
        ahead = refresh(service, pair)
        clock.move(seconds=-20)
        assert behind.verify_access(ahead.access_token)
        step = refresh(behind, ahead)
        assert kid_of(step) == kid_of(pair) != kid_of(ahead)
        clock.move(seconds=20)
        assert refresh(service, step)

    def test_verifying_asks_the_database_for_no_key(self, service, rotated, pair, database, clock):
        service.verify_access(pair.access_token)
        clock.now += 2 * RELOAD_INTERVAL
        statements = []
        event.listen(database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
        service.verify_access(pair.access_token)
        assert statements
        assert not [statement for statement in statements if "auth_signing_key" in statement]


class TestTheProtocolAcrossAChange:
    """A lost answer, given again after the change, is another text of the same generation: the rules are those of generations."""

    @pytest.fixture
    def before_and_after(self, service, rotate, pair, clock):
        """The successor of one token, issued before the change and again after it."""
        before = refresh(service, pair)
        rotate()
        clock.now += PROPAGATION_DELAY
        return before, refresh(service, pair)

    def test_the_successor_is_another_text_and_the_same_generation(self, service, before_and_after):
        before, after = before_and_after
        assert before.refresh_token != after.refresh_token
        assert service.access_tokens.identify(after.access_token).generation == 1
        assert session_of(service, after).generation == 1

    def test_either_of_them_goes_on(self, service, before_and_after):
        before, after = before_and_after
        assert refresh(service, before).refresh_token == refresh(service, after).refresh_token
        assert session_of(service, after).generation == 2

    @pytest.mark.parametrize("used", [0, 1], ids=["the first", "the second"])
    def test_once_either_is_in_use_the_predecessor_is_reuse(self, service, before_and_after, pair, clock, used):
        service.verify_access(before_and_after[used].access_token)
        clock.now += service.settings.rotation_grace_period + MOMENT
        with pytest.raises(TokenReused):
            refresh(service, pair)
        for each in before_and_after:
            with pytest.raises(SessionRevoked):
                refresh(service, each)

    def test_a_spent_token_of_a_kept_key_is_told_from_a_forged_one(self, service, before_and_after, pair, start):
        before, after = before_and_after
        refresh(service, after)
        with pytest.raises(InvalidToken):
            service.refresh(after.access_token, "rxr1_" + "A" * len(before.refresh_token.removeprefix("rxr1_")))
        with pytest.raises(TokenReused):
            refresh(service, pair)


class TestPasswordLinks:
    def test_one_that_was_made_before_the_change_sets_the_password_after_it(self, service, start, rotate, johndoe, clock):
        other = start()
        link = service.administration.issue_password_link(johndoe.id)
        assert other.accounts.user_of_link(link)
        rotate()
        clock.now += PROPAGATION_DELAY
        assert other.accounts.user_of_link(link).id == johndoe.id
        log_in_by_link(service, link, "plumb orbit cadet vixen")
        newer = service.administration.issue_password_link(johndoe.id)
        log_in_by_link(other, newer, "plumb orbit cadet vixen two")
        with pytest.raises(InvalidToken):
            log_in_by_link(service, newer, "plumb orbit cadet vixen three")


class TestPruning:
    def test_a_key_goes_when_the_last_session_from_before_its_retirement_has_gone(self, service, pair, rotated, clock):
        old = kid_of(pair)
        kept_for = service.settings.session_lifetime + service.settings.ended_session_retention
        clock.now = session_of(service, pair).created_at + kept_for
        assert all(kind != "keys" for kind, _ in run_prune(service))
        assert states(service)[old] is KeyState.KEPT
        clock.now += MOMENT
        assert ("keys", 1) in run_prune(service)
        assert states(service) == {rotated.kid: KeyState.CURRENT}

    def test_until_then_whoever_comes_back_late_is_told_why(self, service, pair, rotated, clock):
        clock.move(days=36)
        run_prune(service)
        with pytest.raises(SessionExpired):
            refresh(service, pair)

    def test_without_sessions_it_is_kept_for_as_long_as_its_links_live(self, service, rotate, johndoe, clock):
        link = service.administration.issue_password_link(johndoe.id)
        rotate()
        clock.now += service.settings.password_link_lifetime - MOMENT
        assert run_prune(service) == []
        assert service.accounts.user_of_link(link)
        clock.now += PROPAGATION_DELAY + timedelta(minutes=1)
        assert run_prune(service) == [("keys", 1)]

    def test_a_shorter_session_lifetime_signs_nobody_out_who_began_under_a_longer_one(self, start, rotate, johndoe, clock):
        generous, strict = start(session_lifetime=timedelta(days=90), session_idle_timeout=timedelta(days=90)), start()
        pair = generous.log_in("johndoe", PASSWORD)
        rotate(strict)
        clock.move(days=80)
        run_prune(strict)
        assert refresh(generous, pair)

    def test_what_a_removed_key_signed_is_refused_by_every_worker(self, service, start, johndoe, rotate, clock):
        link = service.administration.issue_password_link(johndoe.id)
        other = start()
        other.accounts.user_of_link(link)
        forged = service.access_tokens.issue(
            subject=johndoe.id,
            session_id=johndoe.id,
            generation=0,
            user_name="x",
            roles=[],
            session_expires_at=clock() + timedelta(9),
        )
        rotate()
        clock.move(days=2)
        assert run_prune(service) == [("keys", 1)]
        for worker in (service, other, start()):
            worker.log_in("johndoe", PASSWORD)
            with pytest.raises(InvalidToken):
                worker.access_tokens.identify(forged)

    def test_the_current_key_never_goes_nor_does_an_upcoming_one(self, service, rotated, rotate, clock):
        clock.move(days=400)
        rotate()
        assert ("keys", 1) in run_prune(service), "the one before"
        assert sorted(states(service).values()) == ["current", "upcoming"]


class TestSecretKey:
    def test_the_secret_key_can_be_changed_without_signing_anybody_out(self, service, start, johndoe, pair):
        changed = start(**with_secret(NEW_SECRET, OLD_SECRET))
        assert changed.verify_access(pair.access_token)
        successor = refresh(changed, pair)
        assert kid_of(successor) == Keys.derive(NEW_SECRET).key_id
        assert refresh(changed, successor)
        link = service.administration.issue_password_link(johndoe.id)
        assert changed.accounts.user_of_link(link)

    def test_without_the_previous_one_what_it_signed_is_refused(self, start, pair):
        with pytest.raises(InvalidToken):
            start(**with_secret(NEW_SECRET)).verify_access(pair.access_token)

    def test_a_rotation_makes_the_previous_one_unnecessary(self, start, rotate, pair, clock):
        rotate(start(**with_secret(NEW_SECRET, OLD_SECRET)))
        alone = start(**with_secret(NEW_SECRET))
        assert alone.verify_access(pair.access_token)
        assert refresh(alone, pair)
        clock.now += PROPAGATION_DELAY
        assert sorted(states(alone).values()) == ["current", "kept", "kept"]

    def test_so_it_does_for_keys_that_were_stored_under_it(self, service, start, rotated, rotate, pair, clock):
        of_stored = refresh(service, pair)
        rotate(start(**with_secret(NEW_SECRET, OLD_SECRET)))
        clock.now += PROPAGATION_DELAY
        alone = start(**with_secret(NEW_SECRET))
        assert kid_of(refresh(alone, of_stored)) not in {rotated.kid, kid_of(pair)}
        assert KeyState.UNREADABLE not in states(alone).values()

    def test_a_stored_key_signs_on_while_workers_get_the_new_secret_one_by_one(self, service, start, rotated, pair, clock):
        """So that those with the old secret understand what those with the new one issue: rotate once before changing it."""
        changed = start(**with_secret(NEW_SECRET, OLD_SECRET))
        step = refresh(changed, refresh(service, pair))
        assert kid_of(step) == rotated.kid
        assert service.verify_access(step.access_token)

    def test_after_a_leak_the_secret_is_changed_without_naming_the_old_one_and_everything_signed_is_refused(
        self, service, start, rotated, rotate, pair, clock, caplog
    ):
        pairs = [pair, service.log_in("johndoe", PASSWORD)]
        clean = start(**with_secret(NEW_SECRET))
        for each in pairs:
            with pytest.raises(InvalidToken):
                clean.verify_access(each.access_token)
            with pytest.raises(InvalidToken):
                refresh(clean, each)
        assert rotated.kid in caplog.text
        assert kid_of(clean.log_in("johndoe", PASSWORD)) == Keys.derive(NEW_SECRET).key_id
        assert sorted(states(clean).values()) == ["current", "unreadable", "unreadable"]
        rotate(clean)
        clock.now += PROPAGATION_DELAY
        assert refresh(clean, clean.log_in("johndoe", PASSWORD))

    def test_the_secret_key_alone_signs_nothing_once_stored_keys_do_and_its_own_is_spent(self, service, rotated, johndoe, clock):
        """Whoever reads the environment, but not the database, cannot forge an access token."""
        clock.move(days=40)
        run_prune(service)
        identity = service.verify_access(service.log_in("johndoe", PASSWORD).access_token)
        claims = service.access_tokens.identify(service.log_in("johndoe", PASSWORD).access_token)
        keys = Keys.derive(OLD_SECRET)
        payload = {"iss": "rxapp", "aud": "rxapp", "sub": str(identity.user_id), "sid": str(identity.session_id), "gen": 0}
        payload |= {"jti": "x", "name": "johndoe", "roles": ["Admin"], **dict.fromkeys(("iat", "nbf"), int(clock().timestamp()))}
        payload["exp"] = int(claims.expires_at.timestamp())
        forged = jwt.encode(payload, keys.access_token_key, "HS256", headers={"typ": "at+jwt", "kid": keys.key_id})
        with pytest.raises(InvalidToken):
            service.verify_access(forged)


class TestAlgorithms:
    @pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
    def test_the_whole_protocol_runs_on_it_and_it_is_changed_at_once(self, service, start, pair, algorithm):
        other = start(access_token_algorithm=algorithm)
        step = refresh(other, pair)
        assert jwt.get_unverified_header(step.access_token)["alg"] == algorithm
        assert other.verify_access(step.access_token)
        assert service.verify_access(step.access_token), "a worker that is not restarted yet"
        assert jwt.get_unverified_header(refresh(service, step).access_token)["alg"] == "HS256"
