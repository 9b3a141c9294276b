"""What administrators read on the overview."""

from dataclasses import dataclass

from rxapp.auth.web.texts.plurals import ByCode


@dataclass(frozen=True, slots=True)
class RefusalKindTexts(ByCode):
    """What was refused, in a few words. Named as the kinds of events that are refusals."""

    refresh_refused: str = "Stored login refused"
    token_reused: str = "Login used in two places"
    device_proof_refused: str = "Login without its device's key"
    password_confirmation_failed: str = "Wrong password when confirming"
    second_factor_refused: str = "Wrong second factor when confirming"
    permission_denied: str = "No permission"
    upload_refused: str = "Upload without a ticket"
    throttled: str = "Slowed down"


@dataclass(frozen=True, slots=True)
class OverviewTexts:
    """The overview: a few figures, charts of the audit log, and the same numbers as a table."""

    page_title: str = "Overview"
    tab: str = "Overview"
    updated: str = "Updated: {time}"
    refresh: str = "Refresh"
    is_new: str = "There is not much to see yet: the audit log begins today. The charts fill as people log in."

    figures: str = "Figures of today"
    users: str = "Users"
    new_users: str = "{count} new today"
    sessions: str = "Active sessions"
    sessions_now: str = "at this moment"
    logins_today: str = "Logins today"
    failed_today: str = "Failed today"
    day_before: str = "{count} yesterday by this time"

    charts: str = "Activity"
    in_utc: str = "Days and hours are in UTC."
    unit: str = "Show"
    per_day: str = "By day"
    per_hour: str = "By hour"
    in_days: str = "in the last {count} days"
    in_hours: str = "in the last {count} hours"
    logins: str = "Logins"
    no_logins: str = "Nobody logged in during this time."
    failed: str = "Failed logins"
    no_failed: str = "No login failed during this time."
    refusals: str = "Refusals by reason"
    no_refusals: str = "Nothing was refused during this time."
    reasons: RefusalKindTexts = RefusalKindTexts()

    show_numbers: str = "Show the numbers"
    when: str = "Time (UTC)"
    bounded: str = (
        "Counted from the audit log. In a flood, the log has only a part of the failed attempts from one address; "
        "“Slowed down” shows that there were more."
    )
