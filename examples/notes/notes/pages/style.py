"""The classes that more than one page uses. Light and dark, phone and desktop."""

_FOCUS = (
    " focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-indigo-600 "
    "dark:focus-visible:outline-indigo-400"
)
_BUTTON = "inline-flex cursor-pointer items-center justify-center rounded-lg px-4 py-2 text-sm font-semibold" + _FOCUS

PRIMARY = (
    _BUTTON + " bg-indigo-600 text-white hover:bg-indigo-700 disabled:cursor-not-allowed disabled:bg-slate-300 "
    "disabled:text-slate-600 dark:disabled:bg-slate-700 dark:disabled:text-slate-300"
)
SECONDARY = (
    _BUTTON + " border border-slate-300 text-slate-800 hover:bg-slate-100 "
    "dark:border-slate-600 dark:text-slate-100 dark:hover:bg-slate-800"
)
DANGER = _BUTTON + " text-red-700 hover:bg-red-50 dark:text-red-300 dark:hover:bg-red-950"
LINK = "font-medium text-indigo-800 underline underline-offset-2 dark:text-indigo-300" + _FOCUS
NAVIGATION = (
    "cursor-pointer rounded-md px-2 py-2 text-sm font-medium text-slate-700 hover:bg-slate-100 "
    "dark:text-slate-200 dark:hover:bg-slate-800" + _FOCUS
)
FIELD = (
    "block w-full rounded-lg border border-slate-300 bg-white px-3 py-2 text-base text-slate-900 "
    "focus:border-indigo-600 focus:outline-2 focus:outline-indigo-600 "
    "dark:border-slate-600 dark:bg-slate-800 dark:text-slate-100 dark:focus:border-indigo-400 dark:focus:outline-indigo-400"
)
LABEL = "mb-1.5 block text-sm font-medium text-slate-700 dark:text-slate-200"
HEADING = "text-3xl font-semibold tracking-tight text-slate-900 dark:text-white"
STRONG = "font-semibold text-slate-900 dark:text-white"
TEXT = "text-slate-700 dark:text-slate-300"
CARD = "rounded-2xl bg-white p-5 shadow-sm ring-1 ring-slate-200 dark:bg-slate-900 dark:ring-slate-700"
PAGE = "min-h-screen bg-slate-50 dark:bg-slate-950"

_BOX = "rounded-lg border px-3.5 py-3 text-sm "
NOTICE = _BOX + "border-sky-200 bg-sky-50 text-sky-900 dark:border-sky-800 dark:bg-sky-950 dark:text-sky-100"
ALARM = _BOX + "border-red-200 bg-red-50 text-red-900 dark:border-red-800 dark:bg-red-950 dark:text-red-100"
