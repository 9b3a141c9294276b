"""Recovery codes: ten for each user, shown once, each good once. They stand in for a lost device.

A code has 80 random bits. So nobody finds it by trying, and a fast digest is enough, SHA-256, together with the user's id. A slow
hash such as Argon2 protects what people choose, and would only cost time here. The digest is sealed (`sealing.py`): whoever can
write to the table cannot add a code of their own to somebody's account.
"""

import hashlib
import re
import secrets
from datetime import datetime
from hmac import compare_digest
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from rxapp.auth.core.login.second_factor import EVER
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.features.totp.rules.sealing import CODES as SEALED

CODES = 10
CODE_LENGTH = 16
"""Characters of 5 bits: 80 bits, below the 112 at which NIST SP 800-63B §3.1.2.2 asks for no salt. So the user's id is one."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base32: no letter looks like a digit."""

_LOOK_ALIKES = str.maketrans("oil", "011")
_SEPARATORS = re.compile(r"[\s-]")
_CODE = re.compile(f"[{_ALPHABET}]{{{CODE_LENGTH}}}")

_code = SEALED.table

_DELETE = delete(_code).where(_code.c.user_id == bindparam("owner"), _code.c.created_at >= bindparam("since"))

_COUNT = select(func.count()).select_from(_code).where(_code.c.user_id == bindparam("owner"), _code.c.used_at.is_(None))

_SELECT = select(_code.c.id, _code.c.wrapped_digest).where(_code.c.user_id == bindparam("owner"), _code.c.used_at.is_(None))

_USE = update(_code).where(_code.c.id == bindparam("of"), _code.c.used_at.is_(None)).values(used_at=bindparam("now"))


def replace_codes(db: Connection, user_id: UUID, now: datetime, settings: Settings) -> list[str]:
    """Make a new set in place of the old one. The codes are shown to the person, and known to nobody afterwards."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    delete_codes(db, user_id)
    db.execute(insert(_code), [_row_of(code, user_id, now, settings) for code in codes])
    return ["-".join(re.findall("....", code)) for code in codes]


def count_codes(db: Connection, user_id: UUID) -> int:
    """How many codes the user has left."""
    return db.execute(_COUNT, {"owner": user_id}).scalar_one()


def use_code(db: Connection, user_id: UUID, typed: str, now: datetime, settings: Settings) -> bool:
    """Use up a code. False if it is wrong or was used. One statement decides, so of several at once only one uses it."""
    code = _SEPARATORS.sub("", typed).lower().translate(_LOOK_ALIKES)
    if not _CODE.fullmatch(code):
        return False
    digest = _digest(code, user_id)
    for row in db.execute(_SELECT, {"owner": user_id}).all():
        stored = SEALED.unseal(row.wrapped_digest, row.id, user_id, settings.secret_keys)
        if stored is not None and compare_digest(stored, digest):
            return db.execute(_USE, {"of": row.id, "now": now}).rowcount == 1
    return False


def delete_codes(db: Connection, user_id: UUID, since: datetime = EVER) -> None:
    """Remove all codes that the user has made since then."""
    db.execute(_DELETE, {"owner": user_id, "since": since})


def _row_of(code: str, user_id: UUID, now: datetime, settings: Settings) -> dict[str, Any]:
    row_id = uuid4()
    wrapped = SEALED.seal(_digest(code, user_id), row_id, user_id, settings)
    return {"id": row_id, "user_id": user_id, "wrapped_digest": wrapped, "created_at": now, "used_at": None}


def _digest(code: str, user_id: UUID) -> bytes:
    return hashlib.sha256(b"rxapp recovery code" + user_id.bytes + code.encode()).digest()
