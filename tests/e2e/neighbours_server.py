"""Serves the app of people who take turns, below a path: an app that is the only one on its host is what the other tests have."""

from tests.e2e.server import Server


class NeighboursServer(Server):
    """An app that uses what Reflex has to keep and to send, below a path of its own, and that sends messages."""

    prefix = "/next-door"

    def _environment(self, is_built: bool) -> dict[str, str]:
        return super()._environment(is_built) | {
            "REFLEX_APP_MODULE_IMPORT": "tests.e2e.neighbours_app",
            "RXAPP_EMAIL": "required",
            "RXAPP_EMAIL_CODES": "true",
            "RXAPP_MAIL_RATE_LIMIT": "100",
            "RXAPP_PUBLIC_ORIGINS": self.url,
            "REFLEX_FRONTEND_COMPRESSION_FORMATS": "gzip",  # nobody weighs these pages
        }
