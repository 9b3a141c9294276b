"""Checks Redis, if it is configured: reachable, encrypted, protected by a password, and with our time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlsplit

from redis import Redis, RedisError

from rxapp.auth import Settings
from rxapp.auth.core.clock import Clock
from rxapp.auth.core.redis_server import CLUSTER_REFUSED, is_of_cluster
from rxapp.auth.core.settings.plain_networks import is_plain_redis
from rxapp.auth.doctor.findings import Finding, ok, problem, warning
from rxapp.auth.doctor.storage import CONNECT_TIMEOUT_SECONDS, TOLERATED_SKEW


def check_redis(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Check Redis. If none is configured, that is fine."""
    if settings.redis_url is None:
        yield ok("Redis", "none: page state is kept in this process")
        return
    mend = "REDIS_URL is redis://…, rediss://… or unix://…; is the server running, is the password right?"
    try:
        redis = Redis.from_url(
            settings.redis_url, socket_connect_timeout=CONNECT_TIMEOUT_SECONDS, socket_timeout=CONNECT_TIMEOUT_SECONDS
        )
        with redis:
            if is_of_cluster(redis):
                yield problem("Redis", "it is a Redis Cluster", CLUSTER_REFUSED)
                return
            seconds, _ = cast("tuple[int, int]", redis.time())  # the client shares its types with the asynchronous one
    except (RedisError, ValueError) as error:
        yield problem("Redis", f"it does not answer ({type(error).__name__})", mend)
        return
    yield ok("Redis", "it answers")
    parts = urlsplit(settings.redis_url)
    if is_plain_redis(settings.redis_url):
        yield warning("Redis", "page state goes there in plain text", "Use rediss:// (TLS) unless the network is yours alone.")
    if parts.scheme != "unix" and not parts.password:
        yield warning("Redis", "it asks for no password", "Set one (requirepass) and put it into REDIS_URL.")
    if abs(datetime.fromtimestamp(seconds, UTC) - clock()) > TOLERATED_SKEW:
        yield warning("Redis", "its clock differs from ours", "Set both by NTP.")
