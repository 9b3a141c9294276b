"""A PostgreSQL that lets nobody in for a while: as when it is stopped, without the seconds that this takes."""

from sqlalchemy import create_engine, make_url, text


class Outage:
    def __init__(self, url: str) -> None:
        self._database = make_url(url).database
        self._operator = create_engine(make_url(url).set(database="template1"), isolation_level="AUTOCOMMIT")

    def begin(self) -> None:
        """From now on nobody gets in, and whoever is in is thrown out."""
        self._allow_connections(False)
        with self._operator.connect() as operator:
            inside = {"database": self._database}
            operator.execute(
                text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :database"), inside
            )

    def end(self) -> None:
        self._allow_connections(True)

    def _allow_connections(self, allow: bool) -> None:
        with self._operator.connect() as operator:
            operator.execute(text(f'ALTER DATABASE "{self._database}" WITH ALLOW_CONNECTIONS {allow}'))

    def dispose(self) -> None:
        self.end()
        self._operator.dispose()
