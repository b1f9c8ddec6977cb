"""What ends or shortens a run, in one line: what, where, the remedy."""


class Failure(Exception):
    """The user's or the machine's; `str()` is the line."""


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no message"
