"""One runtime with one model file, in a process of its own: see __main__.py."""
