"""Serves the app as `reflex run --env prod --backend-only` does, but replaces a worker that dies: Reflex has no setting for that.

Called as `python -m chaos.serve PORT WORKERS`. Without it, granian takes a worker's death as the end of all of them.
"""

import multiprocessing
import sys

from granian.constants import Interfaces
from granian.server import Server
from reflex.constants import Env
from reflex.utils.exec import _preload_for_fork, get_app_instance_from_file
from reflex_base.environment import environment


def main(port: str, workers: str) -> None:
    multiprocessing.set_start_method("fork", force=True)  # a new worker takes a moment, and not the seconds of an import
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_BACKEND_ONLY.set(True)
    target = get_app_instance_from_file()
    _preload_for_fork(None)
    Server(
        target=target,
        factory=True,
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.ASGI,
        workers=int(workers),
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
