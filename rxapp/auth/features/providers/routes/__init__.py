"""The routes of other providers: for browsers, for the providers themselves, and for programs."""

from fastapi import APIRouter

from rxapp.auth.features.providers.routes import back_channel, browser, programs

router = APIRouter(prefix="/api")
for _routes in (programs, browser, back_channel):
    router.include_router(_routes.router)
