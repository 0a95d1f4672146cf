"""The measured figures of README and docs, computed from the raw values in ``benchmarks/``.

A page has sections between two comments, ``<!-- figures: NAME -->`` and ``<!-- end of figures -->``. Each is
rendered from the template ``pages/NAME.md``, in which every measured number is an expression over raw values.
`make figures` writes the sections, and `make verify-docs` fails where a page says something else.
"""
