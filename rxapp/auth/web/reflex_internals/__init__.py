"""All that relies on the internals of Reflex and of its libraries: Engine.IO, Starlette and granian.

No other folder imports these internals or uses their names that begin with an underscore; `tests/test_architecture.py` checks it.
`tests/web/reflex_internals/test_what_we_rely_on.py` tests each internal: if a new Reflex moves one, that test fails and says so.
Each internal has a text of three lines: what we need, why, and what breaks without it.

For a new version of Reflex: widen the range in `pyproject.toml`, run `make test-newest`, and read what fails. Outside of this
folder, `rxconfig`, `cli/commands/serve.py` and the namespace's methods that `auth_state/connection_watch.py` replaces may
need a change too.
"""
