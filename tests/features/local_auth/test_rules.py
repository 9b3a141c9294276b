"""Users of reflex-local-auth: moved over whole or not at all, with their hashes; nobody who is there already is touched."""

import bcrypt
import pytest
from sqlalchemy import create_engine, text
from sqlmodel import select

from rxapp.auth import InvalidCredentials, SecurityEvent, User
from rxapp.auth.features.local_auth.rules import LocalAuthImport, SourceRefused, read_local_users
from rxapp.auth.features.new_password.rules import log_in_by_link
from tests.conftest import PASSWORD

TABLE = """
CREATE TABLE localuser (
    id {key} PRIMARY KEY, username VARCHAR(255) NOT NULL UNIQUE, password_hash {bytes} NOT NULL, enabled BOOLEAN NOT NULL
)"""
TYPES = {"sqlite": {"key": "INTEGER", "bytes": "BLOB"}, "postgresql": {"key": "SERIAL", "bytes": "BYTEA"}}
"""As reflex-local-auth 0.5 makes it."""


def bcrypt_hash(password: str) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4))


HASH = bcrypt_hash(PASSWORD)


def make_local_users(url, *rows):
    """Each a name, a hash and whether it is enabled."""
    engine = create_engine(url)
    with engine.begin() as db:
        db.execute(text(TABLE.format(**TYPES[engine.dialect.name])))
        insert = text("INSERT INTO localuser (username, password_hash, enabled) VALUES (:name, :hash, :enabled)")
        for name, password_hash, enabled in rows:
            db.execute(insert, {"name": name, "hash": password_hash, "enabled": enabled})
    engine.dispose()


@pytest.fixture
def importing(service):
    return LocalAuthImport(service.database, service.clock)


@pytest.fixture
def local_users(tmp_path):
    """Makes a database of reflex-local-auth's, and reads it."""

    def make(*rows):
        url = f"sqlite:///{tmp_path}/reflex.db"
        make_local_users(url, *rows)
        return read_local_users(url)

    return make


def names_and_reasons(report):
    return [user.user_name for user in report.imported], {user.user_name: user.reason for user in report.skipped}


class TestReading:
    @pytest.mark.parametrize("hash_type", [bytes, bytes.decode], ids=["bytes", "text"])
    def test_all_users_are_read_in_the_order_of_their_ids(self, local_users, hash_type):
        read = local_users(("zoe", hash_type(HASH), True), ("anna", hash_type(HASH), False))
        assert [(user.id, user.user_name, user.is_enabled) for user in read] == [(1, "zoe", True), (2, "anna", False)]
        assert {user.password_hash for user in read} == {HASH.decode()}

    def test_of_postgresql_too(self, new_postgresql_url):
        make_local_users(new_postgresql_url, ("zoe", HASH, True))
        assert [(user.user_name, user.password_hash) for user in read_local_users(new_postgresql_url)] == [("zoe", HASH.decode())]

    def test_the_hash_is_not_shown(self, local_users):
        assert HASH.decode() not in repr(local_users(("zoe", HASH, True)))

    @pytest.mark.parametrize(
        ("url", "sentence"),
        [
            ("reflex.db", "not the address of a database"),
            ("", "not the address of a database"),
            ("sqlite:///no-such-directory/reflex.db", "no file no-such-directory/reflex.db"),
            ("sqlite://", "no file"),
            ("nonsense://host/db", "no driver for nonsense"),
            ("mysql://host/db", "no driver for mysql"),
            ("postgresql+psycopg://anna:geheim@127.0.0.1:1/db?connect_timeout=1", "cannot be read"),
        ],
    )
    def test_an_address_that_leads_nowhere_is_refused_in_words_and_without_its_password(self, url, sentence):
        with pytest.raises(SourceRefused, match=sentence) as refused:
            read_local_users(url)
        assert "geheim" not in refused.value.message

    def test_what_is_not_of_reflex_local_auth_is_refused(self, tmp_path, sqlite_url):
        with pytest.raises(SourceRefused, match="no table localuser"):
            read_local_users(sqlite_url)
        (tmp_path / "text.db").write_text("not a database, but long enough to be looked at as if it were one" * 20)
        with pytest.raises(SourceRefused, match="not a database"):
            read_local_users(f"sqlite:///{tmp_path}/text.db")

    def test_a_table_of_the_same_name_with_other_columns_is_refused(self, tmp_path):
        url = f"sqlite:///{tmp_path}/other.db"
        with create_engine(url).begin() as db:
            db.execute(text("CREATE TABLE localuser (id INTEGER PRIMARY KEY)"))
        with pytest.raises(SourceRefused, match="no such column"):
            read_local_users(url)


class TestImporting:
    def test_people_log_in_with_the_password_that_they_had(self, importing, local_users, service):
        importing.run(local_users(("Zoë", HASH, True)))
        assert service.log_in("zoë", PASSWORD)
        with pytest.raises(InvalidCredentials):
            service.log_in("zoë", PASSWORD.upper())

    def test_the_first_login_puts_an_argon2id_hash_in_place(self, importing, local_users, service):
        importing.run(local_users(("zoe", HASH, True)))
        service.log_in("zoe", PASSWORD)
        replaced = service.administration.find_user("zoe").password_hash
        assert replaced.startswith("$argon2id$")
        service.log_in("zoe", PASSWORD)
        assert service.administration.find_user("zoe").password_hash == replaced

    def test_a_wrong_password_leaves_the_hash_as_it_is(self, importing, local_users, service):
        importing.run(local_users(("zoe", HASH, True)))
        with pytest.raises(InvalidCredentials):
            service.log_in("zoe", "wrong")
        assert service.administration.find_user("zoe").password_hash == HASH.decode()

    def test_who_was_disabled_stays_disabled(self, importing, local_users, service):
        report = importing.run(local_users(("zoe", HASH, False)))
        assert [user.is_disabled for user in report.imported] == [True]
        with pytest.raises(InvalidCredentials):
            service.log_in("zoe", PASSWORD)
        service.administration.enable(report.imported[0].id)
        assert service.log_in("zoe", PASSWORD)

    def test_who_is_there_already_is_skipped_and_keeps_everything(self, importing, local_users, service, johndoe):
        report = importing.run(local_users(("JohnDoe", HASH, True), ("zoe", HASH, True)))
        assert names_and_reasons(report) == (["zoe"], {"JohnDoe": "This user name is taken."})
        assert service.administration.get_user(johndoe.id).model_dump() == johndoe.model_dump()

    def test_of_two_whose_names_read_the_same_the_first_comes_along(self, importing, local_users):
        report = importing.run(local_users(("zoe", HASH, True), ("ZOE", HASH, True)))
        assert names_and_reasons(report) == (["zoe"], {"ZOE": "This user name is taken."})

    def test_of_two_whose_names_read_the_same_the_one_who_can_log_in_comes_along(self, importing, local_users):
        report = importing.run(local_users(("zoe", HASH, False), ("ZOE", HASH, True), ("anna", HASH, True)))
        assert names_and_reasons(report) == (["ZOE", "anna"], {"zoe": "This user name is taken."})

    @pytest.mark.parametrize("name", ["山田　太郎", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "李小龍"])
    def test_a_name_in_another_script_is_a_name(self, importing, local_users, service, name):
        assert importing.run(local_users((name, HASH, True))).skipped == []
        for typed in (name, name.replace("\u3000", " "), name.replace("\u200c", "")):
            assert service.log_in(typed, PASSWORD)

    @pytest.mark.parametrize("other", ["", "!", "plain", "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "$2b$31$" + "x" * 53])
    def test_a_hash_that_cannot_be_verified_is_skipped(self, importing, local_users, other):
        assert names_and_reasons(importing.run(local_users(("zoe", other.encode(), True))))[1].keys() == {"zoe"}

    @pytest.mark.parametrize("name", ["x" * 65, "a\nb", " "], ids=["long", "unprintable", "blank"])
    def test_a_name_that_nobody_may_have_here_is_skipped(self, importing, local_users, name):
        assert names_and_reasons(importing.run(local_users((name, HASH, True))))[1].keys() == {name}

    def test_again_it_changes_nothing(self, importing, local_users, service):
        read = local_users(("zoe", HASH, True))
        importing.run(read)
        service.log_in("zoe", PASSWORD)
        before = service.administration.find_user("zoe").model_dump()
        assert importing.run(read).imported == []
        assert service.administration.find_user("zoe").model_dump() == before

    def test_a_dry_run_reports_the_same_and_leaves_nothing(self, importing, local_users, service, johndoe):
        read = local_users(("zoe", HASH, True), ("johndoe", HASH, True))
        rehearsed = importing.run(read, is_dry_run=True)
        assert service.administration.find_user("zoe") is None
        assert names_and_reasons(rehearsed) == names_and_reasons(importing.run(read))

    def test_when_it_breaks_off_half_way_nothing_is_left(self, importing, local_users, service, monkeypatch):
        stored = []

        def record(*args, **kwargs):
            stored.append(kwargs["user_id"])
            if len(stored) == 2:
                raise KeyboardInterrupt

        monkeypatch.setattr("rxapp.auth.features.local_auth.rules.events.record", record)
        with pytest.raises(KeyboardInterrupt):
            importing.run(local_users(("zoe", HASH, True), ("anna", HASH, True), ("bob", HASH, True)))
        with service.database.read() as db:
            assert db.exec(select(User)).all() == []

    def test_it_is_written_down(self, importing, local_users, service):
        (zoe,) = importing.run(local_users(("zoe", HASH, True))).imported
        with service.database.read() as db:
            (event,) = db.exec(select(SecurityEvent)).all()
        assert (event.kind, event.user_id, event.detail) == ("user_imported", zoe.id, "from reflex-local-auth")

    def test_a_set_password_link_works_for_them_too(self, importing, local_users, service):
        (zoe,) = importing.run(local_users(("zoe", HASH, True))).imported
        log_in_by_link(service, service.administration.issue_password_link(zoe.id), "correct horse battery staple")
        assert service.log_in("zoe", "correct horse battery staple")


class TestWhoHasAnAccount:
    """While imported hashes are left, each wrong password costs a hash of either kind, whoever's it is."""

    @pytest.fixture(autouse=True)
    def cheap_hashes(self, monkeypatch):
        """`test_passwords.py` has the real cost."""
        monkeypatch.setattr("rxapp.auth.core.passwords.hasher.BCRYPT_ROUNDS", 4)

    @pytest.fixture
    def hashed(self, service, monkeypatch):
        kinds = []
        context = service.passwords._context
        for name in ("verify", "verify_and_update", "hash"):
            call = getattr(context, name)

            def noting(*args, call=call):
                kinds.append("bcrypt" if str(args[-1]).startswith("$2") else "argon2")
                return call(*args)

            monkeypatch.setattr(context, name, noting)
        return kinds

    def kinds_for(self, service, name, hashed):
        for _ in range(2):  # what is made once, on first use, is made the first time
            hashed.clear()
            with pytest.raises(InvalidCredentials):
                service.log_in(name, "wrong")
        return sorted(hashed)

    def test_an_unknown_user_an_old_one_and_an_imported_one_cost_the_same(self, importing, local_users, service, johndoe, hashed):
        importing.run(local_users(("zoe", HASH, True), ("anna", HASH, False)))
        for name in ("zoe", "anna", "johndoe", "nobody"):
            assert self.kinds_for(service, name, hashed) == ["argon2", "bcrypt"], name

    def test_where_nobody_was_imported_only_argon2id_is_computed(self, service, johndoe, hashed):
        for name in ("johndoe", "nobody"):
            assert self.kinds_for(service, name, hashed) == ["argon2"], name

    def test_a_minute_after_the_last_of_them_has_logged_in_too(self, importing, local_users, service, clock, hashed):
        importing.run(local_users(("zoe", HASH, True)))
        assert self.kinds_for(service, "nobody", hashed) == ["argon2", "bcrypt"]
        service.log_in("zoe", PASSWORD)
        clock.move(minutes=1)
        assert self.kinds_for(service, "nobody", hashed) == ["argon2"]
