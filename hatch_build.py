"""Builds the front end before a distribution is packed, so that installing one needs no node."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEndHook(BuildHookInterface[Any]):
    """Runs `npm ci && npm run build` when the assets are missing; a packed sdist carries them already."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "editable" or (root / "src/candor/web/static/build/manifest.json").is_file():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "The front end is not built and npm is not on the PATH; install node 20.19 or newer."
            )
        for arguments in (["ci"], ["run", "build"]):
            subprocess.run([npm, *arguments], cwd=root, check=True)  # noqa: S603 - fixed words, our own lock file
