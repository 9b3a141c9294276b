"""The routes of other providers: for browsers, for the providers themselves, and for programs."""

from fastapi import APIRouter

from rxapp.auth.features.providers.routes import back_channel, browser, programs

router = APIRouter()
for _routes in (programs, browser, back_channel):
    router.routes.extend(_routes.router.routes)
