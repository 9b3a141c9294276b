"""What has happened to the person's account while a page was open. The page says it until the person closes the notice."""

import reflex as rx

from rxapp.auth.web.site.handler_policy import public

SENTENCES_AT_MOST = 5
"""So many different ones are kept, the newest. The same sentence is there once, so that nobody hides one by repeating another."""


class NewsState(rx.State):
    """The sentences that `pages/notices/news_notice.py` shows. They are cleared with the rest when the page's person changes."""

    sentences: list[str] = []

    @rx.event
    @public
    async def dismiss(self) -> None:
        """The person has read them."""
        self.sentences = []

    def _add(self, sentence: str) -> None:
        others = [known for known in self.sentences if known != sentence]
        self.sentences = [*others, sentence][-SENTENCES_AT_MOST:]
