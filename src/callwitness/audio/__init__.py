"""Hearing: what a recording of a call tells, first of all the moment a person answered. Sound in, facts out.

``decode`` opens a file, ``features`` measures it, ``classes`` names what sounds (quiet, tone, music, speech), ``recurring``
finds what a line plays again and again, ``candidates`` lists moments when an answer may begin, ``decide`` chooses one and
says how sure it is. ``hearing`` puts them in order; ``heard`` is what comes out.
"""
