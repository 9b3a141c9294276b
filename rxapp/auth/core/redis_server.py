"""What we need of a Redis server: all keys in one place. In a Redis Cluster, Reflex finds no locks and no page state."""

from contextlib import suppress
from typing import Any

from redis import Redis, RedisError, ResponseError

TIMEOUT_SECONDS = 2

CLUSTER_REFUSED = (
    "REDIS_URL leads to a Redis Cluster, where Reflex cannot keep page state. Use one server, perhaps with replicas."
)


class RedisRefused(Exception):
    """The Redis server is not one that we can use. The message says why, and what to do."""


def require_single_redis(url: str) -> None:
    """Raise `RedisRefused` for a Redis Cluster. A server that does not answer now passes: it may come back."""
    with (
        suppress(RedisError),
        Redis.from_url(url, socket_connect_timeout=TIMEOUT_SECONDS, socket_timeout=TIMEOUT_SECONDS) as redis,
    ):
        if is_of_cluster(redis):
            raise RedisRefused(CLUSTER_REFUSED)


def is_of_cluster(redis: Redis) -> bool:
    """Whether the server is a node of a Redis Cluster. One that does not let us ask is taken for none."""
    try:
        found: Any = redis.info("cluster")
    except ResponseError:
        return False
    return bool(found.get("cluster_enabled"))
