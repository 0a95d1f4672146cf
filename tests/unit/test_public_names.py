"""What users import from the top of the package."""

from importlib import import_module

import pytest
import vitscale
from vitscale import errors


def test_every_error_is_importable_from_the_top() -> None:
    defined = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert defined <= set(vitscale.__all__)
    assert all(getattr(vitscale, name) is getattr(errors, name) for name in defined)


def test_every_public_name_loads() -> None:
    assert all(getattr(vitscale, name) is not None for name in vitscale.__all__)


@pytest.mark.parametrize("package", ["vitscale.models.checkpoint", "vitscale.models.export", "vitscale.ml"])
def test_every_name_of_a_package_loads(package: str) -> None:
    module = import_module(package)
    assert all(getattr(module, name).__name__ == name for name in module.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        module.nothing  # noqa: B018 - asking for it is the test
