"""What libraries log: only what is listed here, and repeated complaints as a number. The app's own records are left alone."""

from rxapp.auth.http.logs.library_records.exceptions import Withheld
from rxapp.auth.http.logs.library_records.records import keep_payloads_out

__all__ = ["Withheld", "keep_payloads_out"]
