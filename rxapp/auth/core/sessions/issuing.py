"""What a new token pair needs: both kinds of tokens, and the rule that binds a session to the key of its device."""

from dataclasses import dataclass

from rxapp.auth.core.sessions.device_binding import DeviceBinding
from rxapp.auth.core.tokens.access_tokens import AccessTokens
from rxapp.auth.core.tokens.refresh_tokens import RefreshTokens


@dataclass(frozen=True, slots=True)
class Issuing:
    """Threads share one instance."""

    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    binding: DeviceBinding
