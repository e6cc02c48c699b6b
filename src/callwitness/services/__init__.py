"""Use cases, from evidence to result: modules of `check` here, those of the server in packages by subject."""
