"""The rules for names, passwords and roles that people choose. `rxapp.auth.web.texts` has them in other languages."""

from enum import StrEnum


class InputRule(StrEnum):
    """The English sentence for a person who broke the rule. `{limit}` is the rule's number."""

    USER_NAME_MISSING = "Please choose a user name."
    USER_NAME_TOO_LONG = "A user name has at most {limit} characters."
    USER_NAME_UNSEEN = "A user name has only characters that can be seen."
    USER_NAME_TAKEN = "This user name is taken."
    USER_NAME_LOOKS_TAKEN = "This user name looks like one that is taken."
    USER_NAME_MIXED = "Please write each word of a user name in one alphabet."
    USER_NAME_IS_ADDRESS = "A user name has no @, because people log in with their e-mail address too."
    DISPLAY_NAME_REFUSED = "A name has at most {limit} characters, all of which can be seen."
    PASSWORD_TOO_SHORT = "Please use at least {limit} characters. A few random words will do."
    PASSWORD_TOO_LONG = "Please use at most {limit} characters."
    PASSWORD_UNSTORABLE = "A password cannot contain a NUL character or half of a character."
    PASSWORD_CONTAINS_NAME = "The password must not contain your user name or the name of this app."
    PASSWORD_TOO_COMMON = "This password is too easy to guess: it is among the first that would be tried."
    PASSWORD_UNCHANGED = "This is the password that you have already."
    DEVICE_NAME_REFUSED = "Please give it a name of at most {limit} characters, all of which can be seen."
    SECOND_FACTORS_TOO_MANY = "You have {limit} already. Remove one first."
    EMAIL_REFUSED = "Please enter an e-mail address, such as name@example.com."
    EMAIL_UNCHANGED = "This is the address that you have already."
    EMAIL_TAKEN = "Another account has this address."
    ROLE_REFUSED = "A role has at most {limit} characters, and no comma, quote or backslash."
    ROLES_TOO_LONG = "All roles of a user together have at most about {limit} characters."
