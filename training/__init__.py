"""Making the models of hearing: a corpus with truth, and learning from it."""
