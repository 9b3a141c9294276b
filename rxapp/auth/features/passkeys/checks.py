"""For `doctor`: whether passkeys can be checked, and whether browsers accept the id of the relying party at each address."""

from collections.abc import Iterator

from sqlalchemy import func, select

from rxapp.auth.core.database.engine import Database
from rxapp.auth.core.settings.settings import Settings
from rxapp.auth.doctor.findings import Finding, ok, problem, warning
from rxapp.auth.features.passkeys.rules.ceremonies import is_installed
from rxapp.auth.features.passkeys.rules.relying_party import origins_without_passkeys, rp_id
from rxapp.auth.features.passkeys.rules.rows import passkey

_CHECK = "passkeys"


def check(settings: Settings, database: Database) -> Iterator[Finding]:
    """Check the extra and the settings. Passkeys that exist must be good: some people have nothing else."""
    with database.connect() as db:
        there_are = db.execute(select(func.count()).select_from(passkey)).scalar_one()
    if not is_installed():
        report, says = (problem, f"there are {there_are}, and none can be checked") if there_are else (warning, "not offered")
        yield report(_CHECK, f"{says}: the package webauthn is not installed", 'Run: pip install "rxapp[passkeys]"')
        return
    own, wanted = settings.public_origins or settings.allowed_origins, rp_id(settings)
    refused = origins_without_passkeys(settings, [origin for origin in own if origin != "*"])
    if refused:
        report = problem if there_are else warning
        mend = "Set RXAPP_PASSKEY_RP_ID to a domain that all addresses have, or name the others in RXAPP_PASSKEY_ORIGINS."
        yield report(_CHECK, f"valid for {wanted}, and browsers refuse that at {', '.join(refused)}", mend)
    elif settings.in_production and not own:
        yield warning(_CHECK, f"valid for {wanted} only, because no address is known", "Set RXAPP_PUBLIC_ORIGINS.")
    else:
        yield ok(_CHECK, f"valid for {wanted}")
