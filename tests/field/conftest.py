"""Cases from public reports of users, tried as a new user would: the command line, the Python API, a real Spark."""
