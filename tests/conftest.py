"""What every test may ask for: where the project is, and the real data that may lie beside it."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]

# A busy machine is no finding: an example that hangs is caught by the timeout of the test.
hypothesis.settings.register_profile(
    "tidewaiter", deadline=None, print_blob=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("tidewaiter")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder that holds the Makefile."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project; a test that needs it is skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the real data in ../shared/data, which is not beside this checkout")
    return folder
