"""The Java that ViTScale uses and the heap that it gets, for scripts that start a JVM themselves."""

from __future__ import annotations

from vitscale.jvm.java import find_java
from vitscale.jvm.memory import default_heap

__all__ = ["default_heap", "find_java"]
