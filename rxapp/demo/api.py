"""This app's own HTTP API: the customers, for managers."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from rxapp.auth import web as auth
from rxapp.auth.web import CANONICAL_NUMBER, Body, LimitedBodyRoute, in_thread, problem
from rxapp.demo import customers
from rxapp.demo.customers import Customer, CustomerError, CustomerNameTaken, CustomerNotFound, InvalidCustomerName

_STATUSES = {
    InvalidCustomerName: HTTPStatus.BAD_REQUEST,
    CustomerNotFound: HTTPStatus.NOT_FOUND,
    CustomerNameTaken: HTTPStatus.CONFLICT,
}


class CustomerRoute(LimitedBodyRoute):
    """A route that answers a `CustomerError` with a problem document."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """The route's handler, wrapped so that it raises no `CustomerError`."""
        handle = super().get_route_handler()

        async def refusing(request: Request) -> Any:
            try:
                return await handle(request)
            except CustomerError as error:
                return problem(_STATUSES[type(error)], error.code, error.message)

        return refusing


router = APIRouter(prefix="/api/customers", tags=["Customers"], route_class=CustomerRoute, dependencies=[auth.require("Manager")])


class CustomerName(Body):
    """The body of a request that adds or renames a customer."""

    name: str = Field(description=f"1 to {customers.NAME_MAXIMUM_LENGTH} visible characters; white space around them is dropped")


class CustomerRecord(BaseModel):
    """A customer with its id, which is part of its URL."""

    id: int
    name: str


def _refusals(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    documented = auth.REFUSALS[HTTPStatus.FORBIDDEN]
    return auth.REFUSALS | {status.value: documented | {"description": status.phrase} for status in statuses}


_WITH_ID = _refusals(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
_WITH_NAME = _refusals(HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_RECORD = f"/{{customer_id:{CANONICAL_NUMBER}}}"
_CREATED = {"description": "Added", "headers": {"Location": {"description": "Its address", "schema": {"type": "string"}}}}


@router.get("", responses=auth.REFUSALS)
async def list_customers() -> list[str]:
    """The names of all customers."""
    return await in_thread(customers.customer_names, auth.get_service().database)


@router.get("/records", response_model=list[CustomerRecord], responses=auth.REFUSALS)
async def list_records() -> list[Customer]:
    """All customers, with their ids."""
    return await in_thread(customers.list_customers, auth.get_service().database)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=CustomerRecord,
    responses=_WITH_NAME | {HTTPStatus.CREATED.value: _CREATED},
)
async def add_customer(body: CustomerName, response: Response) -> Customer:
    """Add a customer. No other may have exactly this name."""
    customer = await in_thread(customers.add_customer, auth.get_service().database, body.name)
    response.headers["Location"] = router.url_path_for("get_customer", customer_id=customer.id)
    return customer


@router.get(_RECORD, response_model=CustomerRecord, responses=_WITH_ID)
async def get_customer(customer_id: int) -> Customer:
    """One customer."""
    return await in_thread(customers.get_customer, auth.get_service().database, customer_id)


@router.put(_RECORD, response_model=CustomerRecord, responses=_WITH_ID | _WITH_NAME)
async def rename_customer(customer_id: int, body: CustomerName) -> Customer:
    """Give a customer another name. No other may have exactly this name."""
    return await in_thread(customers.rename_customer, auth.get_service().database, customer_id, body.name)


@router.delete(_RECORD, status_code=HTTPStatus.NO_CONTENT, responses=_WITH_ID)
async def remove_customer(customer_id: int) -> None:
    """Remove a customer for good. Its id is not given to another one."""
    await in_thread(customers.remove_customer, auth.get_service().database, customer_id)


auth.spell_freely(router)
