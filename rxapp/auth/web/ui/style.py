"""The CSS classes that several ready-made pages use. For light and dark, phone and desktop."""

from rxapp.auth.web.ui.theme import themed

__all__ = ["themed"]

_ROUND = " rounded-[var(--auth-radius)] "
_ROUNDER = " rounded-[calc(var(--auth-radius)*2)] "
FOCUS = themed("focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-@link")
_PRESSABLE = FOCUS + _ROUND + "cursor-pointer items-center justify-center font-semibold disabled:cursor-not-allowed "
_BUTTON = _PRESSABLE + "inline-flex px-4 py-2 text-sm disabled:opacity-60 "
_ACCENTED = "bg-@accent text-@on-accent hover:bg-@accent-hover "

PAGE = themed("min-h-screen bg-@page text-@text [font-family:var(--auth-font)]")
LIT_PAGE = PAGE + themed(
    " bg-[image:radial-gradient(48rem_28rem_at_50%_-4rem,color-mix(in_oklab,var(--auth-accent)_16%,transparent),transparent)]"
)
PRIMARY = _BUTTON + themed(_ACCENTED)
SECONDARY = _BUTTON + themed("border border-@edge bg-@surface text-@strong hover:bg-@hover")
DANGER = _BUTTON + themed("border border-@danger-line bg-@surface text-@danger hover:bg-@danger-soft")
SUBMIT = _PRESSABLE + themed(f"flex w-full px-4 py-2.5 text-base {_ACCENTED} disabled:bg-@edge disabled:text-@muted")
QUIET = themed(
    "absolute inset-y-0 right-0 cursor-pointer px-3 text-sm font-medium text-@muted hover:text-@strong "
    "focus-visible:outline-2 focus-visible:outline-@link aria-pressed:text-@link aria-pressed:underline"
)
LINK = FOCUS + themed(" rounded font-medium text-@link underline underline-offset-2 hover:text-@strong")
TAB = (
    FOCUS
    + _ROUND
    + themed(
        "px-3 py-2 text-sm font-medium text-@text hover:bg-@hover aria-[current=page]:bg-@surface aria-[current=page]:text-@link "
        "aria-[current=page]:shadow-sm aria-[current=page]:ring-1 aria-[current=page]:ring-@line"
    )
)

FIELD = _ROUND + themed(
    "block w-full border border-@edge bg-@surface px-3 py-2.5 text-base text-@strong shadow-xs placeholder:text-@muted "
    "focus:border-@link focus:outline-2 focus:outline-@link aria-invalid:border-@danger aria-invalid:focus:outline-@danger"
)
LABEL = themed("mb-1.5 block text-sm font-medium text-@text")
CHECKBOX = FOCUS + " size-4 cursor-pointer accent-[var(--auth-accent)]"

HEADING = themed("text-3xl font-semibold tracking-tight text-@strong")
TITLE = themed("text-2xl font-semibold tracking-tight text-@strong")
SUBHEADING = themed("text-lg font-semibold text-@strong")
TEXT_COLOUR = themed("text-@text")
TEXT = "text-base " + TEXT_COLOUR
SMALL = themed("text-sm text-@muted")
STRONG = themed("font-medium text-@strong")
BAD = themed("font-medium text-@danger")
CARD = _ROUNDER + themed("bg-@surface shadow-sm ring-1 ring-@line")
RAISED = _ROUNDER + themed("bg-@surface shadow-xl ring-1 ring-@line")
ROWS = CARD + themed(" divide-y divide-@line")
DIALOG = themed("m-auto w-[calc(100%-2rem)] max-w-sm p-6 text-@text backdrop:bg-slate-950/60 ") + CARD
_BADGE = "inline-flex items-center rounded-full px-2.5 py-0.5 text-xs font-medium ring-1 "
BADGE = _BADGE + themed("bg-@soft text-@link ring-@soft-line")
NEUTRAL_BADGE = _BADGE + themed("bg-@hover text-@muted ring-@line")
SUCCESS_BADGE = _BADGE + themed("bg-@success-soft text-@success ring-@success-line")
ALARM_BADGE = _BADGE + themed("bg-@danger-soft text-@danger ring-@danger-line")

_NOTICE = _ROUND + "border px-3.5 py-3 text-sm "
NEUTRAL_NOTICE = _NOTICE + themed("border-@soft-line bg-@soft text-@strong")
SUCCESS_NOTICE = _NOTICE + themed("border-@success-line bg-@success-soft text-@success")
ALARM_NOTICE = _NOTICE + themed("border-@danger-line bg-@danger-soft text-@danger")
WRONG = themed("mt-1.5 text-sm text-@danger")
DONE = themed("text-@success")
FAILED = themed("text-@danger")
