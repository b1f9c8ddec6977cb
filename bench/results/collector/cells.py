"""How numbers stand in the tables."""

MIB = 1024 * 1024
NONE = "–"  # not measured, or nothing to say


def number(value, digits=3):
    return NONE if value is None else f"{value:#.{digits}g}".rstrip(".")


def metres(value):
    return NONE if value is None else f"{value:.3f}"


def share(found):
    """(mean, half width) as +1.2 % or +1.2 ± 0.4 %."""
    if found is None:
        return NONE
    middle, half = found
    sign = "+" if middle >= 0.0005 else "−" if middle <= -0.0005 else "±"
    return f"{sign}{abs(middle) * 100:.1f}" + (f" ± {half * 100:.1f}" if half is not None else "") + " %"


def metres_more(found):
    """(mean, half width) as +0.012 or +0.012 ± 0.004."""
    if found is None:
        return NONE
    middle, half = found
    sign = "+" if middle >= 0.0005 else "−" if middle <= -0.0005 else "±"
    return f"{sign}{abs(middle):.3f}" + (f" ± {half:.3f}" if half is not None else "")


def times(value):
    return NONE if value is None else f"{value:.2f}x"


def starred(told, busy):
    """A time, or a ratio of times; with a star where it was taken beside other work."""
    return f"{told}*" if busy and told != NONE else told


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def names(found, of=None):
    """`of`: all that there are; where none is absent, "all" says it."""
    if of and set(found) == set(of):
        return "all"
    return ", ".join(f"`{name}`" for name in found) or "none"
