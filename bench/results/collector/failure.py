"""What ends the command, or one of its pieces, with a line for people."""


class Failure(Exception):
    """Its text is one line: what, where, remedy."""
