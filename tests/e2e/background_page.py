"""A page that only the tests have: a guarded background task, which Reflex runs without holding the state's lock."""

import os

import reflex as rx

from rxapp.auth import web as auth


class BackgroundState(rx.State):
    """What the task found out."""

    done_by: str = ""
    runs: int = 0
    worker: int = 0
    """The process that this page's socket is on."""

    @auth.event(background=True)
    async def work(self):
        name = auth.current_user().user_name
        async with self:
            self.done_by = name
            self.runs += 1
            self.worker = os.getpid()


@auth.page("/background")
def background() -> rx.Component:
    return rx.el.main(
        rx.el.button("Work", on_click=BackgroundState.work),
        rx.el.p(f"{BackgroundState.runs} by {BackgroundState.done_by}"),
        rx.el.p("on worker ", rx.el.output(BackgroundState.worker)),
    )
