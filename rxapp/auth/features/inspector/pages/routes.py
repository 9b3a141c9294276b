"""Where the pages for developers are."""

SESSION = "/dev/session"
LAB = "/dev/lab"
TOUR = "/dev/tour"
