"""Where the packages lie that carry the weights of a model."""

from importlib.util import find_spec
from pathlib import Path


def folder_of(package: str) -> Path:
    """Return the folder of an installed package without importing it; raises FileNotFoundError when it is missing."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(f"The package {package} is not installed.")
    return Path(found.submodule_search_locations[0])
