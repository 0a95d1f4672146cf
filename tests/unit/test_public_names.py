"""What users import from the top of the package."""

import vitscale
from vitscale import errors


def test_every_error_is_importable_from_the_top() -> None:
    defined = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert defined <= set(vitscale.__all__)
    assert all(getattr(vitscale, name) is getattr(errors, name) for name in defined)


def test_every_public_name_loads() -> None:
    assert all(getattr(vitscale, name) is not None for name in vitscale.__all__)
