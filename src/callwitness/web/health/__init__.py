"""How the server itself does: the log line of each request, ``/health/`` and ``/metrics``."""
