"""Addresses, resets and links in any order: an account has the address that its owner confirmed last, and nothing works twice."""

from contextlib import suppress

import pytest
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from rxapp.auth import AuthError, AuthService, InvalidCredentials
from rxapp.auth.core.login.stages import LoginIncomplete
from rxapp.auth.features.email.rules import outbox, own_address, recovery
from rxapp.auth.features.email.rules.own_address import MailedCode
from rxapp.auth.features.new_password.rules import ANSWER
from tests.conftest import PASSWORD
from tests.features.email.conftest import HERE
from tests.mailbox import read

UNDOS = (own_address.CHANGED, own_address.REMOVED)
MAILBOXES = [f"box{number}@example.com" for number in range(3)]
NEW_PASSWORDS = [f"plumb orbit cadet vixen {number}" for number in range(500)]
WHO, BOX, OLD = st.integers(0, 1), st.sampled_from(MAILBOXES), st.integers(0, 3)
"""The newest messages come first."""


def stored(service):
    return outbox.newest(service.database, limit=500)


def made(each):
    return each.created_at


class Mailboxes(RuleBasedStateMachine):
    """Two accounts and three mailboxes. Anybody may try any link or code that was ever sent, again and again.

    The model knows the address of each account, and which links were used.
    """

    service: AuthService
    clock = None
    number = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).number += 1
        self.names = [f"user{self.number}-{letter}" for letter in "ab"]
        self.ids = [self.service.create_user(name, PASSWORD).id for name in self.names]
        self.passwords, self.new_passwords = [PASSWORD, PASSWORD], iter(NEW_PASSWORDS)
        self.addresses, self.spent = ["", ""], set()
        self.boxes = [box.replace("box", f"box{self.number}-") for box in MAILBOXES]
        self.log_in()

    def log_in(self):
        self.identities = [
            self.service.verify_access(self.service.log_in(name, password).access_token)
            for name, password in zip(self.names, self.passwords, strict=True)
        ]

    def get_a_password(self, who):
        """Theirs is worth nothing any more, and their sessions have ended."""
        with pytest.raises(InvalidCredentials):
            self.service.log_in(self.names[who], self.passwords[who])
        self.passwords[who] = next(self.new_passwords)
        self.service.administration.set_password(self.ids[who], self.passwords[who])
        self.log_in()

    def sent(self, kind=""):
        """All messages of this run."""
        found = [each for each in stored(self.service) if each.recipient in self.boxes and kind in ("", each.kind)]
        return [read(self.service, each) for each in found[:4]]

    def count_resets(self):
        return sum(each.kind == "reset" and each.recipient in self.boxes for each in stored(self.service))

    def box(self, box):
        return self.boxes[MAILBOXES.index(box)]

    @rule(who=WHO, box=BOX)
    def ask_for_an_address(self, who, box):
        with suppress(AuthError):
            own_address.begin(self.service, self.identities[who], self.box(box))
        self.clock.move(seconds=1)

    @rule(who=WHO, box=BOX)
    def get_an_address(self, who, box):
        self.ask_for_an_address(who, box)
        self.confirm(who, 0)

    @rule(who=WHO, which=OLD)
    def confirm(self, who, which):
        found = self.sent("confirm")
        if not found:
            return
        mail = found[which % len(found)]
        try:
            address = own_address.confirm(self.service, self.identities[who], MailedCode(mail.link))
        except AuthError:
            return
        assert mail.link not in self.spent
        assert address == mail.recipient
        assert address != self.addresses[1 - who]
        self.spent.add(mail.link)
        self.addresses[who] = address

    @rule(who=WHO)
    def remove(self, who):
        try:
            own_address.remove(self.service, self.identities[who])
        except AuthError:
            assert not self.addresses[who]
        else:
            self.addresses[who] = ""

    @rule(which=OLD)
    def take_back(self, which):
        found = [*self.sent("address_changed"), *self.sent("address_removed")]
        if not found:
            return
        mail = found[which % len(found)]
        try:
            own_address.undo(self.service, mail.link)
        except AuthError:
            return
        assert mail.link not in self.spent
        (changed,) = [who for who in (0, 1) if own_address.address_of(self.service, self.ids[who]) == mail.recipient]
        self.addresses[changed] = mail.recipient
        self.spent |= self.undos_since(mail, changed)
        self.get_a_password(changed)

    def undos_since(self, mail, who):
        """What takes back this change and later ones of the account: a thief who made them has those links."""
        found = sorted((each for each in stored(self.service) if each.user_id == self.ids[who] and each.kind in UNDOS), key=made)
        of = {each.id: read(self.service, each).link for each in found}
        first = next(number for number, each in enumerate(found) if of[each.id] == mail.link)
        return {of[each.id] for each in found[first:]}

    @rule(who=WHO, by_address=st.booleans())
    def forget(self, who, by_address):
        before = self.count_resets()
        recovery.ask_for_reset(self.service, self.addresses[who] if by_address and self.addresses[who] else self.names[who], HERE)
        assert self.count_resets() == before + bool(self.addresses[who])
        self.clock.move(seconds=1)

    @rule(which=OLD)
    def reset(self, which):
        found = self.sent("reset")
        if not found:
            return
        mail = found[which % len(found)]
        try:
            with pytest.raises(LoginIncomplete) as incomplete:
                recovery.log_in(self.service, HERE, link=mail.link)
        except AuthError:
            return
        assert mail.link not in self.spent
        self.spent.add(mail.link)
        new = next(self.new_passwords)
        logged_in = self.service.login.go_on(incomplete.value.pending_login, {ANSWER: new}, HERE)
        who = self.ids.index(self.service.verify_access(logged_in.pair.access_token, HERE).user_id)
        assert mail.recipient == self.addresses[who], "an address that the account has no more lets nobody in"
        self.passwords[who] = new
        self.log_in()

    @rule(which=OLD)
    def disown(self, which):
        found = [*self.sent("notice"), *self.sent("new_device")]
        if not found:
            return
        mail = found[which % len(found)]
        try:
            own_address.disown(self.service, mail.link)
        except AuthError:
            return
        assert mail.link not in self.spent
        self.spent.add(mail.link)
        self.get_a_password(self.addresses.index(mail.recipient))

    @rule(minutes=st.sampled_from([5, 31, 60 * 24]))
    def wait(self, minutes):
        self.clock.move(minutes=minutes)
        self.log_in()

    @invariant()
    def each_account_has_its_address(self):
        found = [own_address.address_of(self.service, user_id) for user_id in self.ids]
        assert found == self.addresses
        assert not found[0] or found[0] != found[1]


def test_in_any_order_an_address_is_its_owners_and_nothing_works_twice(service, clock):
    class OfThisService(Mailboxes):
        pass

    OfThisService.service, OfThisService.clock = service, clock
    run_state_machine_as_test(
        OfThisService, settings=hypothesis_settings(max_examples=15, stateful_step_count=20, phases=[Phase.generate])
    )
