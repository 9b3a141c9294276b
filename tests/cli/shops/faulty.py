"""An app with each fault that the doctor can see in event handlers. Its name begins as Reflex's own modules do."""

import functools

import reflex as rx
from reflex_shop import other  # noqa: F401  it has a state of the same name as one here

from rxapp.auth import web as auth


def logged(handler):
    @functools.wraps(handler)
    def run(*arguments):
        return handler(*arguments)

    return run


def bare(handler):
    def run_bare(self):
        return handler(self)

    return run_bare


class Orders(rx.State):
    number: int = 0

    def forgotten(self):
        """Anyone may call it."""

    @auth.event
    def load(self):
        """Guarded."""

    @auth.event(public=True)
    def look_around(self):
        """Open, and says so."""


class Returns(Orders):
    def load(self):
        """Opens what is guarded above."""


@rx.event
def outside(state: Orders):
    """A handler too."""


@rx.event
def at_the_root(state: rx.State):
    """A handler of Reflex's own state."""


class Deleting(rx.State, mixin=True):
    @auth.event(roles=["Boss"])
    def delete(self):
        """Guarded in each state that has it."""

    def mixed_in(self):
        """Open in each."""


class Invoices(Deleting, rx.State):
    pass


class Drafts(Deleting, rx.State):
    def delete(self):
        """Opens what the mixin guards."""


class Amount(rx.ComponentState):
    amount: int = 0

    def increase(self):
        """Open in each component."""

    @auth.event
    def clear(self):
        """Guarded."""

    @classmethod
    def get_component(cls):
        return rx.el.button(cls.amount, on_click=cls.increase)


class Unused(rx.ComponentState):
    @auth.event
    def guarded(self):
        """No component has it yet, and it is well."""


def in_a_function():
    class Basket(rx.State):
        def pay(self):
            """Open."""

    return Basket


Basket = in_a_function()


class Covered(rx.State):
    @logged
    @auth.event
    def with_the_mark(self):
        """The mark was copied."""

    @bare
    @auth.event
    def without_it(self):
        """It was not."""

    @auth.event
    @logged
    def well(self):
        """The guard is outermost."""


class Plain:
    """No state, and mixed into one."""

    @auth.event
    def never_called(self):
        """A page cannot call it."""

    def set_price(self, price):
        """A page can, by Reflex's `setvar`."""

    @auth.event
    def set_discount(self, discount):
        """Guarded, and no handler."""


def private(self):
    """Guarded under a name that pages cannot call."""


class Prices(Plain, rx.State):
    _hidden = auth.event(private)

    @staticmethod
    @auth.event
    def without_a_state():
        """No handler."""

    @auth.event
    def twice(self):
        """The second one is in its place."""

    twice_guarded = auth.event(lambda self: None)
    once_more = auth.event(lambda self: None)

    @auth.event
    def twice(self):  # noqa: F811
        """The handler."""


@auth.event
def of_no_state():
    """Nobody's."""


class Room(rx.SharedState):
    @rx.event
    async def join(self, room: str):
        await self._link_to(room)

    @auth.event(public=True)
    async def enter(self, room: str):
        await self._enter(room)

    async def _enter(self, room: str):
        for _ in range(1):
            await self._link_to(room)

    @auth.event
    async def join_as_somebody(self, room: str):
        await self._link_to(room)


class Lobby(rx.State):
    @auth.event(public=True)
    async def go_in(self):
        async def enter():
            return await (await self.get_state(Room))._enter("room")

        await enter()

    @auth.event(public=True)
    async def stay_outside(self):
        await self.get_state(Room)


@rx.page("/")
def index():
    return rx.el.main(Amount.create(), Amount.create())


app = rx.App()
auth.install_auth(app)
