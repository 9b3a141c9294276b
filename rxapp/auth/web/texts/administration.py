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
    another: str = "Another user"
    close: str = "Done"
    link: str = "Link to set the password"
    copy: str = "Copy"
    link_hint: str = "It works once, and is not shown again. Give it to nobody else."

    search: str = "Search by name"
    label: str = "Users"
    found: Counted = Counted("1 user", "{count} users")
    nobody: str = "No user has this name"
    nobody_why: str = "Part of the username or of the display name is enough, in any letter case."
    user: str = "User"
    status: str = "Status"
    last_seen: str = "Last seen"
    joined: str = "Joined"
    active: str = "Active"
    disabled: str = "Disabled"
    no_password: str = "No password yet"
    never: str = "never"
    sessions: Counted = Counted("1 session", "{count} sessions", "not logged in")


@dataclass(frozen=True, slots=True)
class UserTexts:
    """One user."""

    page_title: str = "User"
    path: str = "You are here"
    joined: str = "Joined {when}"
    last_seen: str = "last seen {when}"
    edit: str = "Edit"
    edit_title: str = "Edit user"
    save: str = "Save"
    saving: str = "Saving…"
    enable: str = "Enable"
    disable: str = "Disable"
    disable_question: str = "Disable {user_name}?"
    disable_why: str = "All their sessions end at once, and they cannot log in until you enable them again."
    make_link: str = "Make a set-password link"
    roles: str = "Roles"
    another_role: str = "Another role"
    give: str = "Give"
    giving: str = "Giving…"
    sessions: str = "Sessions"
    end_all: str = "End all"
    end_all_question: str = "End all sessions of {user_name}?"
    end_all_why: str = "They are logged out everywhere at once. What they have not saved is lost."
    no_sessions: str = "Not logged in anywhere."
    events: str = "Recent events"
    deletion: str = "Delete user"
    deletion_why: str = "The account, its roles and its sessions are gone for good. Their events stay in the log without a name."
    delete: str = "Delete user"
    delete_question: str = "Delete {user_name} for good?"
    deleted: str = "{user_name} was deleted."
    back: str = "All users"
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
    clear: str = "Clear"
    when: str = "When"
    place: str = "From where"
    nothing: str = "No event matches"
    nothing_why: str = "Try a longer period, or anything that happened."
    unknown_user: str = "There is no user of that name."
    wrong_day: str = "A day has the form 2026-01-31."
    found: Counted = Counted("1 event", "{count} events")
    export: str = "Export as CSV"
    label: str = "Events"
    and_more: Counted = Counted("and one more like it", "and {count} more like it")
    by: str = "by {name}"
    nobody: str = "nobody known"
    user_gone: str = "a user who is gone ({id})"
    actor_gone: str = "somebody who is gone ({id})"
