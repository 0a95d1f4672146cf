"""Where the executors of a master URL are."""

import pytest
from vitscale.jvm.spark_master import is_local, is_on_this_machine


@pytest.mark.parametrize(
    ("master", "local", "here"),
    [
        ("local", True, True),
        ("local[*]", True, True),
        ("local-cluster[2,1,1024]", False, True),
        ("spark://127.0.0.1:7077", False, True),
        ("spark://127.0.0.100.example.org:7077", False, False),
        ("spark://10.0.0.1:7077", False, False),
        ("yarn", False, False),
        ("k8s://https://127.0.0.1:6443", False, False),
    ],
)
def test_where_the_executors_are(master: str, local: bool, here: bool) -> None:
    assert (is_local(master), is_on_this_machine(master)) == (local, here)
