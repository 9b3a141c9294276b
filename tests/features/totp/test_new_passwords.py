"""New passwords of whoever has a second factor: they may be shorter, wherever they are chosen, as long as there is one."""

import pytest

from rxapp.auth import AuthService, PasswordRefused, Settings
from rxapp.auth.core.identity.client import NO_CLIENT
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.core.login.trusted_devices import TRUST_DEVICE
from rxapp.auth.features.new_password.rules import ANSWER, begin_by_link
from rxapp.auth.features.totp.rules import devices
from tests.conftest import PASSWORD
from tests.one_time_codes import begin, code_at

SHORT, TOO_SHORT, LONG = "qvx7kprn", "qvx7kpr", "plumb orbit cadet vixen"


def by_themselves(service, who, new, _give_code):
    service.accounts.change_password(who, PASSWORD, new)


def by_an_administrator(service, who, new, _give_code):
    service.administration.set_password(who.user_id, new)


def by_a_link(service, who, new, give_code):
    incomplete = begin_by_link(service, service.administration.issue_password_link(who.user_id))
    incomplete = give_code(incomplete.pending_login) or incomplete
    service.login.go_on(incomplete.pending_login, {ANSWER: new}, NO_CLIENT)


@pytest.fixture
def give_code(service, clock, request):
    """Give the code if one is asked for; what is due next."""

    def give_code(pending):
        if "enrolled" not in request.fixturenames:
            return None
        clock.move(seconds=61)
        answers = {"method": "otp", "code": code_at(request.getfixturevalue("enrolled").secret, clock())}
        with pytest.raises(LoginIncomplete) as due:
            service.login.go_on(pending, answers, NO_CLIENT)
        return due.value

    return give_code


WAYS = pytest.mark.parametrize("way", [by_themselves, by_an_administrator, by_a_link])


@WAYS
def test_eight_characters_are_enough_with_a_second_factor(service, identity, enrolled, give_code, way):
    with pytest.raises(PasswordRefused, match="8"):
        way(service, identity, TOO_SHORT, give_code)
    way(service, identity, SHORT, give_code)
    assert begin(service, password=SHORT)


@WAYS
def test_without_one_fifteen_are_needed(service, identity, give_code, way):
    with pytest.raises(PasswordRefused, match="15"):
        way(service, identity, SHORT, give_code)


@pytest.mark.parametrize("new", ["password", "johndoe1", "12345678"])
def test_every_other_rule_stays(service, identity, enrolled, new):
    with pytest.raises(PasswordRefused):
        service.accounts.change_password(identity, PASSWORD, new)


def test_a_new_account_has_no_second_factor_yet(service):
    with pytest.raises(PasswordRefused, match="15"):
        service.accounts.register("anna", "", SHORT)
    with pytest.raises(PasswordRefused, match="15"):
        service.administration.create_user_with_password("anna", "", [], SHORT)


def test_the_hint_counts_for_that_person(service, johndoe, identity, enrolled):
    minimum = service.new_passwords.minimum_for(johndoe)
    assert (minimum, service.accounts.strength_of("qvx7k", "johndoe", minimum).missing) == (8, 3)
    assert service.accounts.strength_of("qvx7k", "johndoe").missing == 10


@pytest.mark.parametrize(("alone", "of_two", "in_effect"), [(15, 8, 8), (10, 12, 10), (8, 8, 8), (20, 12, 12)])
def test_the_shorter_minimum_is_never_above_the_other(
    settings, database, clock, johndoe, identity, enrolled, alone, of_two, in_effect
):
    numbers = {"password_minimum_length": alone, "password_minimum_length_with_second_factor": of_two}
    service = AuthService(settings.model_copy(update=numbers), database, clock)
    assert service.new_passwords.minimum_for(johndoe) == in_effect


@pytest.mark.parametrize("number", ["7", "65", "eight"])
def test_it_has_bounds(number):
    with pytest.raises(ValueError, match="password_minimum_length_with_second_factor"):
        Settings(_env_file=None, password_minimum_length_with_second_factor=number)


class TestWhenTheLastFactorIsGone:
    @pytest.fixture
    def short(self, service, identity, enrolled):
        service.accounts.change_password(identity, PASSWORD, SHORT)

    def remove(self, service, johndoe):
        service.second_factors.reset(johndoe.id)

    def test_the_next_login_asks_for_a_longer_password(self, service, johndoe, short):
        self.remove(service, johndoe)
        with pytest.raises(LoginIncomplete) as due:
            service.log_in("johndoe", SHORT)
        assert due.value.stage == "new_password"
        with pytest.raises(PasswordRefused, match="15"):
            service.login.go_on(due.value.pending_login, {ANSWER: "qvx7kprnw"}, NO_CLIENT)
        assert service.login.go_on(due.value.pending_login, {ANSWER: LONG}, NO_CLIENT)
        assert service.log_in("johndoe", LONG)

    def test_nothing_happens_to_sessions_before(self, service, johndoe, identity, enrolled, clock):
        pair = service.accounts.change_password(identity, PASSWORD, SHORT).pair
        who = service.verify_access(pair.access_token)
        with service.database.connect() as db:
            (device,) = devices.devices_of(db, johndoe.id)
        devices.remove(service, who, device.id)
        assert service.verify_access(pair.access_token)

    def test_whoever_had_chosen_a_long_one_is_not_asked(self, service, johndoe, identity, enrolled):
        service.accounts.change_password(identity, PASSWORD, LONG)
        self.remove(service, johndoe)
        assert service.log_in("johndoe", LONG)

    def test_nor_is_whoever_has_a_short_one_from_before(self, service, johndoe, enrolled):
        """That is a matter of `renew_refused_passwords`, as ever."""
        self.remove(service, johndoe)
        assert service.log_in("johndoe", PASSWORD)

    def test_nor_is_anybody_who_still_has_one(self, service, johndoe, short, clock, enrolled):
        clock.move(seconds=61)
        answers = {"method": "otp", "code": code_at(enrolled.secret, clock()), TRUST_DEVICE: "true"}
        assert service.login.go_on(begin(service, password=SHORT), answers, NO_CLIENT)

    def test_a_rehash_at_login_forgets_nothing(self, settings, service, johndoe, short, enrolled, clock, database):
        dearer = AuthService(settings.model_copy(update={"argon2_time_cost": 2}), database, clock)
        begin(dearer, password=SHORT)
        self.remove(service, johndoe)
        with pytest.raises(LoginIncomplete) as due:
            dearer.log_in("johndoe", SHORT)
        assert due.value.stage == "new_password"

    def test_with_renewal_of_refused_passwords_a_short_one_is_good_while_there_is_a_factor(
        self, settings, johndoe, short, enrolled, clock, database
    ):
        strict = AuthService(settings.model_copy(update={"renew_refused_passwords": True}), database, clock)
        clock.move(seconds=61)
        answers = {"method": "otp", "code": code_at(enrolled.secret, clock())}
        assert strict.login.go_on(begin(strict, password=SHORT), answers, NO_CLIENT)
