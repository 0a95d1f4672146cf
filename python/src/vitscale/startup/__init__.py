"""Makes the class archive with which a JVM starts faster (Java's Class Data Sharing).

A small job and a small Spark session run once, and Java lists the classes that they load. Another JVM then
writes these classes into an archive. `vitscale.jvm.class_archive` finds it at each later start.
"""

from vitscale.startup.archive import Made, make_archive

__all__ = ["Made", "make_archive"]
