"""Words: what was said live in a recording. Facts of hearing and sound in, a transcript out; any engine does the listening.

``regions`` finds where live speech is and joins it, ``engine`` is what an engine must do, ``guards`` drop what an engine
makes up, ``redact`` hides card numbers, ``transcribe`` puts them in order; ``transcript`` is what comes out.
"""
