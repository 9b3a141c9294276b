"""What has happened to the person's account while a page was open. The page says it until the person closes the notice."""

import reflex as rx

from rxapp.auth.web.site.handler_policy import public


class NewsState(rx.State):
    """What `pages/notices/news_notice.py` shows. It is cleared with the rest when the page's person changes.

    `sentences` has the newest sentence on each kind of event: so nobody hides "added" behind many other changes.
    """

    sentences: dict[str, str] = {}

    @rx.event
    @public
    async def dismiss(self) -> None:
        """The person has read them."""
        self.sentences = {}

    def _add(self, kind: str, sentence: str) -> None:
        self.sentences = {known: said for known, said in self.sentences.items() if known != kind} | {kind: sentence}
