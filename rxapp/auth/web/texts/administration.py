"""What administrators read."""

from dataclasses import dataclass

from rxapp.auth.web.texts.plurals import Counted


@dataclass(frozen=True, slots=True)
class UsersTexts:
    """The list of users, and what the administration's pages share."""

    page_title: str = "Users"
    title: str = "Administration"
    tabs: str = "Administration"
    users_tab: str = "Users"
    events_tab: str = "Events"

    new_user: str = "New user"
    display_name: str = "Display name"
    roles: str = "Roles"
    roles_hint: str = "Separated by commas; may be empty."
    create: str = "Create user"
    creating: str = "Creating…"
    created: str = "{user_name} has an account now. Give them the link below."
    link: str = "Link to set the password"
    copy: str = "Copy"
    link_hint: str = "It works once, and is not shown again. Give it to nobody else."

    search: str = "Search by name"
    label: str = "Users"
    found: Counted = Counted("1 user", "{count} users")
    disabled: str = "Disabled"
    no_roles: str = "no roles"
    sessions: Counted = Counted("1 session", "{count} sessions", "not logged in")


@dataclass(frozen=True, slots=True)
class UserTexts:
    """One user."""

    page_title: str = "User"
    no_password: str = "No password yet"
    enable: str = "Enable"
    disable: str = "Disable"
    make_link: str = "Make a set-password link"
    roles: str = "Roles"
    another_role: str = "Another role"
    give: str = "Give"
    giving: str = "Giving…"
    sessions: str = "Sessions"
    end_all: str = "End all"
    no_sessions: str = "Not logged in anywhere."
    events: str = "Recent events"
    done: str = "Done."
    unknown: str = "There is no such user."


@dataclass(frozen=True, slots=True)
class EventsTexts:
    """The audit log."""

    page_title: str = "Events"
    user: str = "User"
    kind: str = "What happened"
    any_kind: str = "Anything"
    since: str = "From (UTC)"
    until: str = "Until (UTC)"
    filter: str = "Filter"
    unknown_user: str = "There is no user of that name."
    wrong_day: str = "A day has the form 2026-01-31."
    found: Counted = Counted("1 event", "{count} events")
    export: str = "Export as CSV"
    label: str = "Events"
    by: str = "by {name}"
    nobody: str = "nobody known"
    user_gone: str = "a user who is gone ({id})"
    actor_gone: str = "somebody who is gone ({id})"
