"""The bodies of requests and answers. The names of their members are those of the system that rxapp replaces."""

from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi.responses import JSONResponse
from pydantic import AfterValidator, AliasChoices, BaseModel, Field, field_validator, model_validator

from rxapp.auth.core.tokens.token_pair import TokenPair
from rxapp.auth.http.problems.documents import nonce_headers

MAXIMUM_USER_NAME_LENGTH = 256
MAXIMUM_PASSWORD_LENGTH = 1_024
MAXIMUM_TOKEN_LENGTH = 8_192
MAXIMUM_ANSWER_LENGTH = 8_192
"""Characters. The longest is that of an authenticator: a signature, and what was signed."""

MAXIMUM_ANSWER_NAME_LENGTH = 32


def _without_nul(text: str) -> str:
    if "\0" in text:  # PostgreSQL cannot store it, and no honest name or token has one
        raise ValueError("must not contain NUL")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]


class Body(BaseModel):
    """A request's body. Its members may be written in any case, as ASP.NET reads them (`UserName`, `AccessToken`)."""

    @model_validator(mode="before")
    @classmethod
    def _in_any_case(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        names = {name.lower(): name for name in _names(cls)}
        return {names.get(name.lower(), name) if isinstance(name, str) else name: value for name, value in given.items()}


@cache
def _names(model: type[BaseModel]) -> tuple[str, ...]:
    """The members of the body, each by one of its names."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


class LoginRequest(Body):
    """A user name, as `username` or `userName`, and a password."""

    username: Text = Field(
        validation_alias=AliasChoices("username", "userName"), min_length=1, max_length=MAXIMUM_USER_NAME_LENGTH
    )
    password: Text = Field(min_length=1, max_length=MAXIMUM_PASSWORD_LENGTH, repr=False)


class RegistrationRequest(LoginRequest):
    """A new user name, its password, and the name that others see. Without a display name, others see the user name."""

    display_name: Text = Field("", alias="displayName", max_length=MAXIMUM_USER_NAME_LENGTH)


class RefreshRequest(Body):
    """The pair that the client holds. The access token may have expired."""

    access_token: Text = Field(alias="accessToken", min_length=1, max_length=MAXIMUM_TOKEN_LENGTH, repr=False)
    refresh_token: Text = Field(alias="refreshToken", min_length=1, max_length=MAXIMUM_TOKEN_LENGTH, repr=False)


class TokenPairResponse(BaseModel):
    """A token pair. `token` is the access token. `token_type` is there only if the pair is bound to the client's key."""

    token: str
    refresh_token: str = Field(alias="refreshToken")
    token_type: Literal["DPoP"] | None = None


class CompletedLoginResponse(TokenPairResponse):
    """The same. `recoveryCodes` are there once, after a second factor was added in the middle of the login."""

    recovery_codes: list[str] | None = Field(None, alias="recoveryCodes")


def token_answer(pair: TokenPair, *, is_bound: bool, **members: Any) -> JSONResponse:
    """200 with the pair and `members`. A bound pair also gets its type, and the nonce for the next proof."""
    body = members | {"token": pair.access_token, "refreshToken": pair.refresh_token}
    headers = {"Cache-Control": "no-store"}  # RFC 6749 §5.1: an answer with tokens is never cached
    if not is_bound:
        return JSONResponse(body, headers=headers)
    return JSONResponse(body | {"token_type": "DPoP"}, headers=headers | nonce_headers())


class ConfirmRequest(Body):
    """The password of whoever is logged in."""

    password: Text = Field(min_length=1, max_length=MAXIMUM_PASSWORD_LENGTH, repr=False)


class ProofRequest(Body):
    """The answer to another proof than the password."""

    answer: Text = Field(min_length=1, max_length=MAXIMUM_ANSWER_LENGTH, repr=False)


class PendingLoginRequest(Body):
    """The pending login from the last answer, and the answers that its next stage asks for, by their names.

    `trustDevice` is as in `SecondFactorRequest`.
    """

    pending_login: Text = Field(alias="pendingLogin", min_length=1, max_length=MAXIMUM_TOKEN_LENGTH, repr=False)
    answers: dict[Text, Text] = Field(default_factory=dict, max_length=8, repr=False)
    trust_device: bool = Field(False, alias="trustDevice")

    @field_validator("answers")
    @classmethod
    def _short(cls, answers: dict[str, str]) -> dict[str, str]:
        if any(len(name) > MAXIMUM_ANSWER_NAME_LENGTH or len(answer) > MAXIMUM_ANSWER_LENGTH for name, answer in answers.items()):
            raise ValueError("too long")
        return answers


class EnrolmentRequest(Body):
    """A pending login that has come to the stage of enrolment, and one of the `methods` that its refusal named."""

    pending_login: Text = Field(alias="pendingLogin", min_length=1, max_length=MAXIMUM_TOKEN_LENGTH, repr=False)
    method: Text = Field(min_length=1, max_length=MAXIMUM_ANSWER_NAME_LENGTH)


class CodeRequest(Body):
    """One of the `methods` that the refusal named, and its code."""

    method: Text = Field(min_length=1, max_length=MAXIMUM_ANSWER_NAME_LENGTH)
    code: Text = Field(min_length=1, max_length=MAXIMUM_ANSWER_LENGTH, repr=False)


class SecondFactorRequest(CodeRequest):
    """The same, and the pending login of a login that was refused for it.

    With `trustDevice` the next logins with the same DPoP key ask for no second factor. Without such a key it is ignored.
    """

    pending_login: Text = Field(alias="pendingLogin", min_length=1, max_length=MAXIMUM_TOKEN_LENGTH, repr=False)
    trust_device: bool = Field(False, alias="trustDevice")


class PasswordRequest(Body):
    """The current password, and the new one."""

    current_password: Text = Field(alias="currentPassword", min_length=1, max_length=MAXIMUM_PASSWORD_LENGTH, repr=False)
    new_password: Text = Field(alias="newPassword", min_length=1, max_length=MAXIMUM_PASSWORD_LENGTH, repr=False)
    end_other_sessions: bool = Field(True, alias="endOtherSessions")


class PasswordResponse(TokenPairResponse):
    """The pair of the new session, and how many *other* sessions were ended. The pair of the request is dead."""

    ended_sessions: int = Field(alias="endedSessions")


class MeResponse(BaseModel):
    """Who the bearer of the token is. Times are in UTC. `amr` names the proofs given in this session (RFC 8176)."""

    id: UUID
    user_name: str = Field(serialization_alias="userName")
    display_name: str = Field(serialization_alias="displayName")
    roles: list[str]
    session_id: UUID = Field(serialization_alias="sessionId")
    authenticated_at: datetime = Field(serialization_alias="authenticatedAt")
    amr: list[str]
    expires_at: datetime = Field(serialization_alias="expiresAt")


class SessionResponse(BaseModel):
    """One login on one device. `current` marks the caller's session. `open_pages` is how many pages of it are open now.

    `bound` says that its tokens are useless without the device's key.
    """

    id: UUID
    device: str
    address: str
    created_at: datetime = Field(serialization_alias="createdAt")
    last_used_at: datetime = Field(serialization_alias="lastUsedAt")
    expires_at: datetime = Field(serialization_alias="expiresAt")
    current: bool
    bound: bool = Field(validation_alias="is_bound")
    open_pages: int = Field(serialization_alias="openPages")


class TrustedDeviceResponse(BaseModel):
    """A device on which its owner is not asked for a second factor until `expires_at`."""

    id: UUID
    device: str
    trusted_at: datetime = Field(serialization_alias="trustedAt")
    expires_at: datetime = Field(serialization_alias="expiresAt")


class JsonWebKey(BaseModel):
    """The public half of an access key (RFC 7517 §4, RFC 7518 §6.2.1, RFC 8037 §2). Only ES256 has `y`."""

    kty: str
    crv: str
    x: str
    y: str | None = None
    kid: str
    alg: str
    use: str


class JsonWebKeySet(BaseModel):
    """The keys with which access tokens are verified."""

    keys: list[JsonWebKey]
