"""Cases from public reports of users: the command line, the Python API, and a real Spark."""
