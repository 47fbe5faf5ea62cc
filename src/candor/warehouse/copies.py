"""Copies of a warehouse's live files on storage that every machine of a cluster reaches: S3, HDFS, a shared folder.

Hadoop's file systems, which come with Spark, do the copying, so that every address that Spark can read can hold the copies. A
file never changes once it has its name, so that a copy that is there is right.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from pyspark import SparkContext

DRAFTS = "_drafts"


class Copies:
    """The copies under `address`, each at the path that its file has in `folder`."""

    def __init__(self, context: "SparkContext", folder: Path, address: str) -> None:
        gateway: Any = context
        self._paths = gateway._jvm.org.apache.hadoop.fs.Path
        self._root = self._paths(address)
        self._storage = self._root.getFileSystem(gateway._jsc.hadoopConfiguration())
        self._folder = folder
        self._address = address.rstrip("/")

    def bring(self, files: Sequence[Path]) -> None:
        """Copy the files that are not there yet; each appears as a whole."""
        missing = {str(file.relative_to(self._folder)) for file in files} - self.names()
        for name in sorted(missing):
            draft, target = self._path(f"{DRAFTS}/{uuid4().hex}"), self._path(name)
            self._storage.copyFromLocalFile(False, True, self._paths(str(self._folder / name)), draft)
            self._storage.mkdirs(target.getParent())
            if not self._storage.rename(draft, target):  # another process was quicker
                self._storage.delete(draft, False)

    def keep_only(self, files: Sequence[Path]) -> int:
        """Remove every copy but those of `files`; returns how many were removed."""
        dead = self.names() - {str(file.relative_to(self._folder)) for file in files}
        for name in sorted(dead):
            self._storage.delete(self._path(name), False)
        self._storage.delete(self._path(DRAFTS), True)
        return len(dead)

    def names(self) -> set[str]:
        """The paths of all copies, relative to the address."""
        if not self._storage.exists(self._root):
            return set()
        start = len(self._storage.makeQualified(self._root).toString().rstrip("/")) + 1
        found, names = self._storage.listFiles(self._root, True), set()
        while found.hasNext():
            names.add(found.next().getPath().toString()[start:])
        return {name for name in names if not name.startswith(DRAFTS)}

    def address_of(self, file: Path) -> str:
        """Where the cluster reads the copy of `file`."""
        return f"{self._address}/{file.relative_to(self._folder)}"

    def _path(self, name: str) -> Any:
        return self._paths(f"{self._address}/{name}")
