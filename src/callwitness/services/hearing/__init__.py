"""Recordings are listened to: facts of each, the library of each line, and what people say about both.

due        which recordings are heard next, a line at a time     ears    the process that listens
job        what the worker does: hears, keeps, learns            keep    facts written down, days marked
pieces     what lines play again and again                       decisions   what people say
doubts     which wait for a person
facts      what derivation is told                               labels  decisions as material for training
"""
