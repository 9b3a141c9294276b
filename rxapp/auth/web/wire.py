"""What goes over the wire: the bodies of requests and answers, with the names that the replaced system gave them."""

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BaseModel, Field

MAXIMUM_USER_NAME_LENGTH = 256
MAXIMUM_PASSWORD_LENGTH = 1_024
MAXIMUM_TOKEN_LENGTH = 8_192


def _without_nul(text: str) -> str:
    if "\0" in text:  # PostgreSQL cannot store it, and no honest name or token has one
        raise ValueError("must not contain NUL")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]


class LoginRequest(BaseModel):
    """A user name, as `username` or `userName`, and a password."""

    username: Text = Field(validation_alias=AliasChoices("username", "userName"), max_length=MAXIMUM_USER_NAME_LENGTH)
    password: Text = Field(max_length=MAXIMUM_PASSWORD_LENGTH, repr=False)


class RefreshRequest(BaseModel):
    """The pair that the client holds; the access token may have expired."""

    access_token: Text = Field(alias="accessToken", max_length=MAXIMUM_TOKEN_LENGTH, repr=False)
    refresh_token: Text = Field(alias="refreshToken", max_length=MAXIMUM_TOKEN_LENGTH, repr=False)


class TokenPairResponse(BaseModel):
    """A token pair: `token` is the access token."""

    token: str
    refresh_token: str = Field(alias="refreshToken")


class Problem(BaseModel):
    """RFC 9457, with a stable `code`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    reason: str | None = None
