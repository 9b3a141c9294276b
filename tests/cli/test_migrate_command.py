"""`migrate`: to the newest revision, and back before an older release runs again."""

import json

from rxapp.auth import AUTH_HISTORY
from tests.conftest import FIRST_OF_OURS


def test_back_and_up_again_and_each_time_it_says_where_the_tables_are(run, service, pair):
    assert run("migrate", "--back-to", FIRST_OF_OURS).stdout == f"The tables of rxapp.auth are at {FIRST_OF_OURS}.\n"
    assert json.loads(run("migrate", "--json").stdout) == {"revision": AUTH_HISTORY.newest_revision}
    assert service.refresh(pair.access_token, pair.refresh_token)


def test_back_to_what_never_was_is_refused_and_nothing_is_changed(run, database):
    refused = run("migrate", "--back-to", "rxapp_auth_9999")
    assert refused.exit_code == 1
    assert "rxapp_auth_9999" in refused.stderr
    AUTH_HISTORY.require_migrated(database)
