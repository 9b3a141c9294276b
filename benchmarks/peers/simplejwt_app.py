"""djangorestframework-simplejwt as its documentation sets it up to rotate: each refresh token works once, then it is blacklisted.

`python simplejwt_app.py SESSIONS` makes the tables and prints that many token pairs as JSON; `application` is what is served.
"""

import json
import os
import sys

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": os.environ.get("SQLITE_FILE", ""),
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",  # without it a transaction that reads first fails when it comes to write
        "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
    },
}
POSTGRESQL = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": os.environ.get("PGDATABASE", ""),
    "USER": os.environ.get("PGUSER", ""),
    "HOST": os.environ.get("PGHOST", ""),
    "CONN_MAX_AGE": None,
}

settings.configure(
    SECRET_KEY="k" * 50,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],  # says how long an answer is
    USE_TZ=True,
    DATABASES={"default": POSTGRESQL if "PGHOST" in os.environ else SQLITE | {"CONN_MAX_AGE": None}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework_simplejwt.token_blacklist",
    ],
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"]},
    SIMPLE_JWT={"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True},
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402  after the set-up
from django.core.management import call_command  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework_simplejwt.tokens import RefreshToken  # noqa: E402
from rest_framework_simplejwt.views import TokenRefreshView  # noqa: E402

urlpatterns = [path("api/token/refresh", TokenRefreshView.as_view())]
application = get_wsgi_application()


def prepare(sessions: int) -> None:
    call_command("migrate", verbosity=0)
    user = User.objects.create(username="johndoe")
    tokens = [RefreshToken.for_user(user) for _ in range(sessions)]
    print(json.dumps([{"access": str(token.access_token), "refresh": str(token)} for token in tokens]))


if __name__ == "__main__":
    prepare(int(sys.argv[1]))
