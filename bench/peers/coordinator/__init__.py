"""The process that starts the others, gives them their turns and reports; needs only Python's own library."""
