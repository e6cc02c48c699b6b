"""A view of calls into SQL over day files. Values are always parameters; names come from the declared tables alone."""
