"""Serves the app of people who take turns, below a path: an app that is the only one on its host is what the other tests have."""

from pathlib import Path

from tests.e2e.server import Server, free_port

PROVIDERS = ("acme", "hooli", "initech", "soylent", "umbrella")
"""Whose buttons the pages have. Only `test_providers.py` starts some of them, each at its port of `provider_ports`."""

CLIENT_SECRET = "a secret of the client, with 32 bytes and more"


class NeighboursServer(Server):
    """An app that uses what Reflex has to keep and to send, below a path of its own, that sends messages, and knows providers."""

    prefix = "/next-door"

    def __init__(self, directory: Path, port: int | None = None) -> None:
        super().__init__(directory, port)
        self.provider_ports = {name: free_port() for name in PROVIDERS}

    def _environment(self, is_built: bool) -> dict[str, str]:
        return super()._environment(is_built) | {
            "REFLEX_APP_MODULE_IMPORT": "tests.e2e.neighbours_app",
            "RXAPP_EMAIL": "required",
            "RXAPP_EMAIL_CODES": "true",
            "RXAPP_MAIL_RATE_LIMIT": "100",
            "RXAPP_PUBLIC_ORIGINS": self.url,
            "REFLEX_FRONTEND_COMPRESSION_FORMATS": "gzip",  # nobody weighs these pages
            **provider_environment(self.provider_ports),
        }


def provider_environment(ports: dict[str, int]) -> dict[str, str]:
    """The variables that configure providers at these ports of this machine."""
    found: dict[str, str] = {}
    for name, port in ports.items():
        options = {
            "ISSUER": f"http://127.0.0.1:{port}",
            "CLIENT_ID": "rxapp",
            "CLIENT_SECRET": CLIENT_SECRET,
            "SCOPES": "openid profile email groups",
            "ROLES": "staff=Manager",
        }
        found |= {f"RXAPP_PROVIDERS__{name.upper()}__{option}": value for option, value in options.items()}
    return found
