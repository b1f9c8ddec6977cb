"""Model files that a runtime's own tool makes better than a converter of ours could; each module is a program."""
