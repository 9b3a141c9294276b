"""The route for logging in with a set-password link, for programs. The next request is `/api/auth/login/continue`."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import Field

from rxapp.auth.features.new_password.rules import begin_by_link
from rxapp.auth.http.api.schemas import MAXIMUM_TOKEN_LENGTH, Body, Text
from rxapp.auth.http.callers.bearer import COMMON_PROBLEMS, documented
from rxapp.auth.http.callers.dpop import ProvingSender
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.tags import LOG_IN
from rxapp.auth.http.runtime.service import get_service, in_thread

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute, tags=[LOG_IN])


class LinkRequest(Body):
    """The token of a set-password link: the fragment of its URL."""

    link: Text = Field(min_length=1, max_length=MAXIMUM_TOKEN_LENGTH, repr=False)


@router.post(
    "/auth/login/link",
    status_code=HTTPStatus.FORBIDDEN,
    response_class=Response,
    responses=documented(*COMMON_PROBLEMS, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS),
)
async def log_in_by_link(request: LinkRequest, client: ProvingSender) -> Response:
    """Begin a login with a link. It is never complete: the stage `new_password` asks for `newPassword`, 403 `login_incomplete`.

    For a user with a second factor that comes first: 401 `second_factor_required`.
    """
    raise await in_thread(begin_by_link, get_service(), request.link, client)
