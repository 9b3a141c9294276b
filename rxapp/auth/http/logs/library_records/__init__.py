"""The log records of libraries: only listed messages, and repeats as a number. The app's own records are not changed."""

from rxapp.auth.http.logs.library_records.exceptions import Withheld
from rxapp.auth.http.logs.library_records.records import keep_payloads_out

__all__ = ["Withheld", "keep_payloads_out"]
