"""The CSS classes that several ready-made pages use. For light and dark, phone and desktop."""

FOCUS = (
    "focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-indigo-600 "
    "dark:focus-visible:outline-indigo-400"
)
_BUTTON = (
    "inline-flex cursor-pointer items-center justify-center rounded-lg px-4 py-2 text-sm font-semibold "
    "disabled:cursor-not-allowed disabled:opacity-60 " + FOCUS
)

PRIMARY = _BUTTON + " bg-indigo-600 text-white hover:bg-indigo-700"
SECONDARY = (
    _BUTTON + " border border-slate-300 bg-white text-slate-800 hover:bg-slate-50 "
    "dark:border-slate-600 dark:bg-slate-800 dark:text-slate-100 dark:hover:bg-slate-700"
)
DANGER = (
    _BUTTON + " border border-red-300 bg-white text-red-700 hover:bg-red-50 "
    "dark:border-red-700 dark:bg-slate-900 dark:text-red-300 dark:hover:bg-red-950"
)
SUBMIT = (
    "flex w-full cursor-pointer items-center justify-center rounded-lg bg-indigo-600 px-4 py-2.5 text-base font-semibold "
    "text-white hover:bg-indigo-700 disabled:cursor-not-allowed disabled:bg-slate-300 disabled:text-slate-600 "
    "dark:disabled:bg-slate-700 dark:disabled:text-slate-400 " + FOCUS
)
QUIET = (
    "absolute inset-y-0 right-0 cursor-pointer rounded-r-lg px-3 text-sm font-medium text-slate-600 hover:text-slate-900 "
    "focus-visible:outline-2 focus-visible:outline-indigo-600 aria-pressed:text-indigo-700 aria-pressed:underline "
    "dark:text-slate-300 dark:hover:text-white dark:aria-pressed:text-indigo-300"
)
LINK = (
    "rounded font-medium text-indigo-700 underline underline-offset-2 hover:text-indigo-900 "
    "dark:text-indigo-300 dark:hover:text-indigo-100 " + FOCUS
)
TAB = (
    "rounded-lg px-3 py-2 text-sm font-medium text-slate-700 hover:bg-slate-200 dark:text-slate-200 dark:hover:bg-slate-800 "
    "aria-[current=page]:bg-white aria-[current=page]:text-indigo-700 aria-[current=page]:shadow-sm "
    "aria-[current=page]:ring-1 aria-[current=page]:ring-slate-200 dark:aria-[current=page]:bg-slate-900 "
    "dark:aria-[current=page]:text-indigo-300 dark:aria-[current=page]:ring-slate-700 " + FOCUS
)

FIELD = (
    "block w-full rounded-lg border border-slate-300 bg-white px-3 py-2.5 text-base text-slate-900 shadow-xs "
    "placeholder:text-slate-400 focus:border-indigo-600 focus:outline-2 focus:outline-indigo-600 "
    "dark:border-slate-600 dark:bg-slate-800 dark:text-slate-100 dark:focus:border-indigo-400 dark:focus:outline-indigo-400"
)
LABEL = "mb-1.5 block text-sm font-medium text-slate-700 dark:text-slate-200"
CHECKBOX = "size-4 cursor-pointer accent-indigo-600 " + FOCUS

HEADING = "text-3xl font-semibold tracking-tight text-slate-900 dark:text-white"
SUBHEADING = "text-lg font-semibold text-slate-900 dark:text-white"
TEXT = "text-base text-slate-700 dark:text-slate-300"
SMALL = "text-sm text-slate-600 dark:text-slate-300"
STRONG = "font-medium text-slate-900 dark:text-slate-100"
CARD = "rounded-2xl bg-white shadow-sm ring-1 ring-slate-200 dark:bg-slate-900 dark:ring-slate-700"
ROWS = CARD + " divide-y divide-slate-200 dark:divide-slate-700"
BADGE = (
    "inline-flex items-center rounded-full bg-indigo-50 px-2.5 py-0.5 text-xs font-medium text-indigo-800 "
    "ring-1 ring-indigo-200 dark:bg-indigo-950 dark:text-indigo-200 dark:ring-indigo-800"
)
ALARM_BADGE = (
    "inline-flex items-center rounded-full bg-red-50 px-2.5 py-0.5 text-xs font-medium text-red-800 "
    "ring-1 ring-red-200 dark:bg-red-950 dark:text-red-200 dark:ring-red-800"
)

_NOTICE = "rounded-lg border px-3.5 py-3 text-sm "
NEUTRAL_NOTICE = _NOTICE + "border-sky-200 bg-sky-50 text-sky-900 dark:border-sky-800 dark:bg-sky-950 dark:text-sky-100"
ALARM_NOTICE = _NOTICE + "border-red-200 bg-red-50 text-red-900 dark:border-red-800 dark:bg-red-950 dark:text-red-100"
