"""Ways in, links and addresses in any order: there is always one way in, and nobody gets into what is not theirs."""

import pytest
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from rxapp.auth import AuthError, AuthService, NotFound, WrongCode
from rxapp.auth.core.login.email_errors import EmailAddressTaken
from rxapp.auth.core.login.passkey_errors import LastWayIn
from rxapp.auth.core.login.provider_errors import ProviderAddressUnverified, ProviderLinkedElsewhere, ProviderSignUpClosed
from rxapp.auth.features.email.rules import addresses, own_address
from rxapp.auth.features.passkeys.rules import own_passkeys
from rxapp.auth.features.passkeys.rules.own_password import remove_password, set_password
from rxapp.auth.features.providers.rules import own_links
from rxapp.auth.features.providers.rules.links import _link as link_table
from tests.authenticator import add_passkey
from tests.features.providers.arrivals import ISSUERS, TickingClock, enter, link, settings_without_network
from tests.mailbox import confirm_address
from tests.thorough import thorough_but_for

GOOD = "plumb orbit cadet vixen"
ISSUER, SUBJECT = st.sampled_from(["plain", "umbrella"]), st.integers(0, 2)
BOX, WHICH = st.integers(0, 2), st.integers(0, 19)


@pytest.fixture(scope="session")
def settings():
    return settings_without_network()


@pytest.fixture
def clock():
    return TickingClock()


class OnePerson(RuleBasedStateMachine):
    """The model knows whose each account at a provider is, whose each address is, and what ways in the person has.

    Anybody may come from a provider with any account and any address, verified or not.
    """

    service: AuthService
    number = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).number += 1
        self.name = f"person{self.number}"
        self.me = self.service.create_user(self.name, GOOD).id
        self.identity = self.service.verify_access(self.service.log_in(self.name, GOOD).access_token)
        self.has_password, self.passkeys = True, 0
        self.owners, self.boxes = {}, {}

    def subject(self, number):
        return f"{self.number}-{number}"

    def box(self, number):
        return f"box{self.number}-{number}@example.com"

    def ways(self):
        return self.has_password + self.passkeys + list(self.owners.values()).count(self.me)

    def expect_last(self, act):
        """Whether it was done. It must be refused if it would leave nothing."""
        if self.ways() == 1:
            with pytest.raises(LastWayIn):
                act()
            return False
        act()
        return True

    @rule(issuer=ISSUER, subject=SUBJECT, box=st.none() | BOX, is_verified=st.booleans())
    def somebody_comes_from_a_provider(self, issuer, subject, box, is_verified):
        account = (ISSUERS[issuer], self.subject(subject))
        claims = {} if box is None else {"email": self.box(box), "email_verified": is_verified}
        known = self.owners.get(account)
        if known is None and box is not None:
            if not is_verified:
                with pytest.raises(ProviderAddressUnverified):
                    enter(self.service, issuer, sub=account[1], **claims)
                return
            known = self.boxes.get(box)
            if any(owner == known and at == account[0] for (at, _), owner in self.owners.items()):
                with pytest.raises(ProviderSignUpClosed):  # the address may be somebody else's there by now
                    enter(self.service, issuer, sub=account[1], **claims)
                return
        found = enter(self.service, issuer, sub=account[1], **claims).user_id
        if known is None:
            assert found != self.me
            assert found not in self.owners.values()
            if box is not None:
                self.boxes[box] = found
        else:
            assert found == known
        self.owners[account] = found

    @rule(issuer=ISSUER, subject=SUBJECT)
    def link(self, issuer, subject):
        account = (ISSUERS[issuer], self.subject(subject))
        if self.owners.get(account, self.me) != self.me:
            with pytest.raises(ProviderLinkedElsewhere):
                link(self.service, self.identity, issuer, sub=account[1])
            return
        link(self.service, self.identity, issuer, sub=account[1])
        self.owners[account] = self.me

    @rule(which=WHICH)
    def unlink(self, which):
        mine = own_links.links_of(self.service, self.me)
        if not mine:
            return
        chosen = mine[which % len(mine)]
        if self.expect_last(lambda: own_links.unlink(self.service, self.identity, chosen.id)):
            del self.owners[chosen.issuer, chosen.subject]

    @rule(which=WHICH)
    def unlink_what_is_somebody_elses(self, which):
        others = sorted({str(owner) for owner in self.owners.values() if owner != self.me})
        if others:
            of = next(owner for owner in self.owners.values() if str(owner) == others[which % len(others)])
            with pytest.raises(NotFound):
                own_links.unlink(self.service, self.identity, own_links.links_of(self.service, of)[0].id)

    @precondition(lambda self: self.has_password)
    @rule()
    def remove_the_password(self):
        self.has_password = not self.expect_last(lambda: remove_password(self.service, self.identity))

    @precondition(lambda self: not self.has_password)
    @rule()
    def set_a_password(self):
        set_password(self.service, self.identity, GOOD)
        self.has_password = True

    @precondition(lambda self: self.passkeys < 2)
    @rule()
    def add_a_passkey(self):
        add_passkey(self.service, self.identity)
        self.passkeys += 1

    @precondition(lambda self: self.passkeys)
    @rule()
    def remove_a_passkey(self):
        first = own_passkeys.overview_of(self.service, self.identity)[0][0]
        if self.expect_last(lambda: own_passkeys.remove(self.service, self.identity, first.id)):
            self.passkeys -= 1

    @rule(box=BOX)
    def confirm_an_address(self, box):
        if self.boxes.get(box) == self.me:
            return
        if box in self.boxes:
            with pytest.raises((EmailAddressTaken, IndexError, WrongCode)):  # its owner is told, and no new code is sent
                confirm_address(self.service, self.identity, self.box(box))
            return
        confirm_address(self.service, self.identity, self.box(box))
        self.boxes = {each: owner for each, owner in self.boxes.items() if owner != self.me} | {box: self.me}

    @rule()
    def remove_the_address(self):
        if self.me in self.boxes.values():
            own_address.remove(self.service, self.identity)
            self.boxes = {each: owner for each, owner in self.boxes.items() if owner != self.me}

    @rule()
    def use_the_password(self):
        if self.has_password:
            assert self.service.log_in(self.name, GOOD)
        else:
            with pytest.raises(AuthError):
                self.service.log_in(self.name, GOOD)

    @invariant()
    def there_is_a_way_in(self):
        assert self.ways()

    @invariant()
    def each_account_and_each_address_is_whose_it_should_be(self):
        with self.service.database.connect() as db:
            stored = [
                ((each.issuer, each.subject), each.user_id)
                for each in db.execute(select(link_table).where(link_table.c.removed_at.is_(None)))
                if each.subject.startswith(f"{self.number}-")
            ]
            boxes = {box: owner for box in range(3) if (owner := addresses.owner_of(db, self.box(box)))}
        assert len(stored) == len(dict(stored))
        assert dict(stored) == self.owners
        assert boxes == self.boxes


@pytest.mark.parametrize("examples", thorough_but_for([8], [8, 40]))
def test_in_any_order_a_way_in_stays_and_nobody_gets_into_what_is_not_theirs(service, examples):
    machine = type("OnePersonHere", (OnePerson,), {"service": service})
    phases = [Phase.explicit, Phase.generate]
    run_state_machine_as_test(machine, settings=hypothesis_settings(max_examples=examples, stateful_step_count=25, phases=phases))
