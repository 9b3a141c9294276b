"""This app's own HTTP API."""

from fastapi import APIRouter

from rxapp.auth import web as auth
from rxapp.auth.web.runtime import in_thread
from rxapp.customers import customer_names

router = APIRouter(prefix="/api")


@router.get("/customers", dependencies=[auth.require("Manager")], responses=auth.REFUSALS)
async def list_customers() -> list[str]:
    """The names of all customers; for managers."""
    return await in_thread(customer_names, auth.get_service().database)
