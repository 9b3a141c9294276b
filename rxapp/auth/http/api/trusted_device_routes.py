"""The routes for the devices on which a person is not asked for a second factor. They are there if a feature brings one."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from rxapp.auth.http.api.schemas import TrustedDeviceResponse
from rxapp.auth.http.callers.bearer import REFUSALS, Bearer, documented
from rxapp.auth.http.callers.ids import CANONICAL_UUID
from rxapp.auth.http.callers.json_route import LimitedBodyRoute
from rxapp.auth.http.callers.request_source import Sender
from rxapp.auth.http.callers.tags import ACCOUNT
from rxapp.auth.http.runtime.service import get_service, in_thread

router = APIRouter(prefix="/api", route_class=LimitedBodyRoute, tags=[ACCOUNT])


@router.get("/trusted-devices", responses=REFUSALS)
async def list_trusted_devices(identity: Bearer) -> list[TrustedDeviceResponse]:
    """Where the bearer is not asked for a second factor. The device trusted last comes first."""
    found = await in_thread(get_service().trusted_devices.of, identity)
    return [
        TrustedDeviceResponse(id=each.id, device=each.device, trusted_at=each.trusted_at, expires_at=each.expires_at)
        for each in found
    ]


@router.delete(
    f"/trusted-devices/{{device_id:{CANONICAL_UUID}}}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=REFUSALS | documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND),
    response_class=Response,
)
async def end_trust(device_id: UUID, identity: Bearer, client: Sender) -> Response:
    """Ask for a second factor on that device again. It needs no fresh authentication, because it only takes something away."""
    await in_thread(get_service().trusted_devices.end, identity, device_id, client)
    return Response(status_code=HTTPStatus.NO_CONTENT)
