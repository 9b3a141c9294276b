"""The route for the second factor of a login. It is there if a feature brings second factors."""

from fastapi import APIRouter, Response

from rxapp.auth.core.login.second_factor import CODE, METHOD
from rxapp.auth.http.api.schemas import SecondFactorRequest, TokenPairResponse
from rxapp.auth.http.api.token_routes import LOGIN_RESPONSES, complete_stage
from rxapp.auth.http.callers.dpop import ProvingSender
from rxapp.auth.http.callers.json_route import LimitedBodyRoute

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute)


@router.post("/auth/second-factor", response_model=TokenPairResponse, responses=LOGIN_RESPONSES)
async def give_second_factor(request: SecondFactorRequest, client: ProvingSender) -> Response:
    """Complete a login that was answered with 401 `second_factor_required`. A wrong code is 401 `wrong_code`.

    It is the same as `POST /api/auth/login/continue` with the answers `method` and `code`. `trustDevice` counts only if this is
    the last stage of a login that is bound to a key: then later logins with that key are not asked.
    """
    answers = {METHOD: request.method, CODE: request.code}
    return await complete_stage(request.pending_login, answers, client, trusts_device=request.trust_device)
