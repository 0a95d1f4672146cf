"""The heap follows the smallest limit that any control group, the host or `ulimit -v` sets."""

import resource
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from vitscale.jvm.memory import MIB, SPARK_MINIMUM_MIB, heap_mib, memory_limit, notation
from vitscale.system.cgroups import cgroup_limits

GIB = 1024 * MIB
NO_LIMIT = str(0x7FFFFFFFFFFFF000)  # what version 1 writes
V2 = "25 24 0:22 {root} /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"
V1 = "31 24 0:26 {root} /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory"
V1_CPU = "32 24 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu"
HOST = psutil.virtual_memory().total


def tree(root: Path, mounts: str, group: str, files: dict[str, str]) -> Path:
    """Write what Linux shows of control groups; the names of files begin below `/sys/fs/cgroup`."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mountinfo").write_text(f"24 1 8:1 / / rw - ext4 /dev/sda1 rw\n{mounts}\n")
    (root / "proc/self/cgroup").write_text(group + "\n")
    for name, content in files.items():
        file = root / "sys/fs/cgroup" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content + "\n")
    return root


V2_ROOT, V1_ROOT = V2.format(root="/"), V1.format(root="/")


@pytest.mark.parametrize(
    ("mounts", "group", "files", "expected"),
    [
        (V2_ROOT, "0::/a/b", {"a/b/memory.max": str(GIB), "a/memory.max": "max"}, GIB),
        (V2_ROOT, "0::/a/b", {"a/b/memory.max": "max", "a/memory.max": str(GIB)}, GIB),
        (V2_ROOT, "0::/a/b", {"a/b/memory.max": str(2 * GIB), "a/memory.high": str(GIB)}, GIB),
        (V2_ROOT, "0::/", {"memory.max": str(GIB)}, GIB),
        (V2_ROOT, "0::/../outside", {"memory.max": str(GIB)}, GIB),
        (V2_ROOT, "0::/a", {"a/memory.max": "max", "a/memory.high": "max"}, HOST),
        (V2_ROOT, "0::/a", {"a/memory.max": "0", "a/memory.high": "what"}, HOST),
        (V2_ROOT, "0::/a", {"another/memory.max": str(GIB)}, HOST),
        (V1_ROOT, "4:memory:/docker/x", {"memory/docker/x/memory.limit_in_bytes": str(GIB)}, GIB),
        (V1_ROOT, "4:cpu,memory:/d/x", {"memory/d/memory.limit_in_bytes": str(GIB)}, GIB),
        (V1_ROOT, "4:memory:/x", {"memory/x/memory.limit_in_bytes": NO_LIMIT}, HOST),
        (V1.format(root="/docker/x"), "4:memory:/docker/x", {"memory/memory.limit_in_bytes": str(GIB)}, GIB),
        (V1_ROOT, "4:memory:/x", {"memory/x/memory.stat": f"cache 1\nhierarchical_memory_limit {GIB}"}, GIB),
        (f"{V1_CPU}\n{V1_ROOT}", "2:cpu:/x", {"memory/memory.limit_in_bytes": str(GIB)}, GIB),
        (
            V2.replace("/sys/fs/cgroup", r"/sys/fs/cgroup/a\040b").format(root="/"),
            "0::/",
            {"a b/memory.max": "9"},
            9,
        ),
        (f"{V2_ROOT}\n{V1_ROOT}", "4:memory:/x\n0::/", {"memory/x/memory.limit_in_bytes": str(GIB)}, GIB),
        ("", "0::/", {}, HOST),
    ],
)
def test_the_smallest_limit_counts(
    mounts: str, group: str, files: dict[str, str], expected: int, tmp_path: Path
) -> None:
    limit = memory_limit(tree(tmp_path, mounts, group, files))
    assert limit.size == expected
    assert limit.source == ("memory of the host" if expected == HOST else limit.source)


def test_a_limit_names_its_file(tmp_path: Path) -> None:
    (limit,) = cgroup_limits(tree(tmp_path, V2_ROOT, "0::/a", {"a/memory.max": "77"}))
    assert limit.source == str(tmp_path / "sys/fs/cgroup/a/memory.max")


def test_a_system_without_control_groups_has_its_memory(tmp_path: Path) -> None:
    assert memory_limit(tmp_path).size == HOST


@pytest.mark.parametrize(
    ("limit_mib", "native_mib", "expected"),
    [
        (256 * 1024, 0, 16 * 1024),
        (24 * 1024 - 100, 1024, 11 * 1024),
        (2048, 0, 1024),
        (2048, 1100, 948),
        (1000, 0, 500),
        (1000, 400, 500),
        (1000, 1100, SPARK_MINIMUM_MIB),
        (700, 0, SPARK_MINIMUM_MIB),
        (400, 0, 300),
    ],
)
def test_the_heap_leaves_room_for_what_lies_outside(limit_mib: int, native_mib: int, expected: int) -> None:
    assert heap_mib(limit_mib * MIB, native_mib) == expected


@pytest.mark.parametrize(("mib", "expected"), [(500, "500m"), (1024, "1g"), (1500, "1500m"), (16384, "16g")])
def test_sizes_are_written_as_java_reads_them(mib: int, expected: str) -> None:
    assert notation(mib) == expected


def test_a_limit_of_addresses_counts() -> None:
    limit = 3 * GIB
    code = "from vitscale.jvm.memory import memory_limit; print(*memory_limit().__dict__.values())"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    ).stdout
    assert shown.strip() == f"{limit - 1536 * MIB} ulimit -v"
