"""The routes for the second factor of a login. They are there if a feature brings second factors."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from rxapp.auth.core.login.second_factor import CODE, METHOD
from rxapp.auth.http.api.schemas import EnrolmentRequest, SecondFactorRequest, TokenPairResponse
from rxapp.auth.http.api.token_routes import LOGIN_RESPONSES, complete_stage
from rxapp.auth.http.callers.dpop import ProvingSender
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.tags import LOG_IN
from rxapp.auth.http.runtime.service import get_service, in_thread

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute, tags=[LOG_IN])


@router.post("/auth/second-factor/enrolment", response_model=dict[str, str], responses=LOGIN_RESPONSES)
async def begin_enrolment(request: EnrolmentRequest, client: ProvingSender) -> Response:
    """What is needed to add a second factor in a login at the stage `second_factor_enrolment`.

    For `otp` that is a `secret` and its `uri`. `POST /api/auth/login/continue` with the answers `method`, `code` and, if wanted,
    `deviceName` adds it: the answer has the pair and `recoveryCodes`. Until then nothing is stored.
    """
    begin = get_service().login.begin_enrolment
    shown = await in_thread(begin, request.pending_login, request.method, client)
    return JSONResponse(shown, headers={"Cache-Control": "no-store"})


@router.post("/auth/second-factor", response_model=TokenPairResponse, responses=LOGIN_RESPONSES)
async def give_second_factor(request: SecondFactorRequest, client: ProvingSender) -> Response:
    """Complete a login that was answered with 401 `second_factor_required`. A wrong code is 401 `wrong_code`.

    It is the same as `POST /api/auth/login/continue` with the answers `method` and `code`. `trustDevice` counts only if this is
    the last stage of a login that is bound to a key: then later logins with that key are not asked.
    """
    answers = {METHOD: request.method, CODE: request.code}
    return await complete_stage(request.pending_login, answers, client, trusts_device=request.trust_device)
