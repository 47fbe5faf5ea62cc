"""Packed files, the honest and the hostile."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from candor.intake import BrokenArchive, Limits, NotATable, Row, TooLarge, open_table

TABLE = b"a,b\n" + b"1,2\n" * 1000


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_gzip_and_zip_are_known_by_their_content_and_not_their_name(tmp_path: Path) -> None:
    packed = tmp_path / "table.csv"
    packed.write_bytes(gzip.compress(TABLE))
    boxed = zipped(tmp_path / "table.txt", {"t.csv": TABLE, "__MACOSX/._t.csv": b"x", "folder/": b""})
    for path in (packed, boxed):
        table = open_table(path)
        assert sum(1 for _ in table.rows()) == 1000
        assert table.bytes_read == table.bytes_total == path.stat().st_size


def test_a_gzip_of_several_members_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(TABLE) + gzip.compress(b"3,4\n"))
    assert list(open_table(path).rows())[-1] == Row(1002, {"a": "3", "b": "4"})


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_a_bomb_is_stopped_by_its_ratio_long_before_it_unfolds(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bomb"
    zeros = b"a,b\n" + b"0,0\n" * (4 << 20)
    if kind == "gz":
        path.write_bytes(gzip.compress(zeros, 9))
    else:
        zipped(path, {"bomb.csv": zeros})
    assert path.stat().st_size * 200 < len(zeros)
    table = open_table(path, limits=Limits(ratio_after=2 << 20))
    with pytest.raises(TooLarge, match="200 times"):
        for _ in table.rows():
            pass
    assert table.bytes_read < table.bytes_total


def test_small_files_may_pack_as_well_as_they_like(tmp_path: Path) -> None:
    path = tmp_path / "t.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"0,0\n" * 500_000, 9))
    assert sum(1 for _ in open_table(path).rows()) == 500_000


@pytest.mark.parametrize("is_packed", [True, False])
def test_no_more_than_the_limit_is_unpacked(tmp_path: Path, is_packed: bool) -> None:
    path = tmp_path / "t"
    content = b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(300_000))
    path.write_bytes(gzip.compress(content) if is_packed else content)
    table = open_table(path, limits=Limits(total_bytes=2 << 20))
    with pytest.raises(TooLarge, match="2 MiB"):
        list(table.rows())


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"a.csv": TABLE, "b.csv": TABLE}, "2 files"),
        ({}, "0 files"),
        ({"a.csv": gzip.compress(TABLE)}, "another archive"),
    ],
)
def test_a_zip_holds_exactly_one_table(tmp_path: Path, members: dict[str, bytes], reason: str) -> None:
    with pytest.raises(BrokenArchive, match=reason):
        open_table(zipped(tmp_path / "t.zip", members))


def test_a_workbook_is_called_a_workbook(tmp_path: Path) -> None:
    with pytest.raises(NotATable, match="Excel"):
        open_table(zipped(tmp_path / "t.csv", {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_that_unfold_without_bound_are_refused(tmp_path: Path, method: int) -> None:
    with pytest.raises(BrokenArchive, match="deflate"):
        open_table(zipped(tmp_path / "t.zip", {"a.csv": TABLE}, method))


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "t.zip", {"a.csv": TABLE})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(BrokenArchive, match="password"):
        open_table(path)


def test_a_zip_that_lists_a_multitude_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "t.zip", {f"{'n' * 200}{n}": b"" for n in range(5000)})
    with pytest.raises(BrokenArchive, match="too many files"):
        open_table(path)


@pytest.mark.parametrize("kind", ["gz", "zip"])
@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_damaged_archive_is_named_as_such(tmp_path: Path, kind: str, keep: float) -> None:
    buffer = io.BytesIO()
    if kind == "gz":
        buffer.write(gzip.compress(TABLE * 200))
    else:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("t.csv", TABLE * 200)
    content = buffer.getvalue()
    path = tmp_path / "t"
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(BrokenArchive):
        list(open_table(path).rows())


def test_a_zip_whose_checksum_is_wrong_is_named_as_such(tmp_path: Path) -> None:
    path = zipped(tmp_path / "t.zip", {"a.csv": TABLE}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(b"1,2\n1,2") + 100] ^= 3
    path.write_bytes(content)
    with pytest.raises(BrokenArchive, match="CRC"):
        list(open_table(path).rows())
