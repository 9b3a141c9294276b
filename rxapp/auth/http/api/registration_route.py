"""`POST /api/auth/register`: makes an account, in an app without our pages."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from rxapp.auth.http.api.schemas import RegistrationRequest, TokenPairResponse, token_answer
from rxapp.auth.http.callers.bearer import COMMON_PROBLEMS, documented
from rxapp.auth.http.callers.dpop import ProvingSender
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.tags import LOG_IN
from rxapp.auth.http.runtime.registration import register

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute, tags=[LOG_IN])


@router.post(
    "/auth/register",
    status_code=HTTPStatus.CREATED,
    response_model=TokenPairResponse,
    responses=documented(*COMMON_PROBLEMS, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
)
async def register_and_log_in(request: RegistrationRequest, client: ProvingSender) -> Response:
    """Make an account and log in with it. The pair is bound to the key of the `DPoP` header if there is one.

    403 `login_incomplete` says that the account is made, and that the login needs one more stage.
    """
    pair = await register(request.username, request.display_name, request.password, client)
    answer = token_answer(pair, is_bound=client.device_key is not None)
    answer.status_code = HTTPStatus.CREATED.value
    return answer
