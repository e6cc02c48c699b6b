import gzip
import hashlib
import io
import stat
import zipfile
from pathlib import Path

import pytest

from callwitness.ingest.kit import archives
from callwitness.ingest.kit.archives import open_evidence

DATA = b"date;phone\n2026-11-01 10:00:00;79000000001\n"


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def opened(tmp_path: Path, workdir: Path, name: str, data: bytes) -> tuple[dict[str, bytes], dict[str, str]]:
    path = tmp_path / name
    path.write_bytes(data)
    files, problems = open_evidence(path, workdir, name)
    sha256 = hashlib.sha256(data).hexdigest()
    assert {file.sha256 for file in files} <= {sha256}
    return {file.name: file.path.read_bytes() for file in files}, {
        each.name: each.sentence for each in problems
    }


def test_a_plain_file_is_given_as_it_is(tmp_path: Path, workdir: Path) -> None:
    assert opened(tmp_path, workdir, "a.csv", DATA) == ({"a.csv": DATA}, {})


def test_gz_and_zip_are_read_through_and_nested_once(tmp_path: Path, workdir: Path) -> None:
    assert opened(tmp_path, workdir, "a.csv.gz", gzip.compress(DATA)) == ({"a.csv.gz!a.csv": DATA}, {})
    inner = zipped({"b.csv": DATA})
    files, problems = opened(
        tmp_path, workdir, "a.zip", zipped({"x/in.zip": inner, "c.csv.gz": gzip.compress(DATA)})
    )
    assert files == {"a.zip!c.csv.gz!c.csv": DATA, "a.zip!x/in.zip!b.csv": DATA}
    assert problems == {}


def test_a_workbook_stays_whole(tmp_path: Path, workdir: Path) -> None:
    data = zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    assert opened(tmp_path, workdir, "a.xlsx", data)[0] == {"a.xlsx": data}


def test_a_bomb_is_refused_with_a_sentence(tmp_path: Path, workdir: Path) -> None:
    bomb = zipped({"bomb.csv": b"\0" * (archives._RATIO_FROM + (8 << 20))})
    files, problems = opened(tmp_path, workdir, "bomb.zip", bomb)
    assert files == {}
    assert "times its size" in next(iter(problems.values()))


def test_too_many_members_are_refused(tmp_path: Path, workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    _, problems = opened(tmp_path, workdir, "many.zip", zipped({f"{at}.csv": DATA for at in range(4)}))
    assert problems == {"many.zip": "has 4 members; at most 3 are opened"}


def test_too_much_in_all_is_refused(tmp_path: Path, workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 100)
    files, problems = opened(tmp_path, workdir, "a.zip", zipped({f"{at}.csv": DATA for at in range(4)}))
    assert len(files) == 2
    assert list(problems) == ["a.zip"]


def test_links_locks_and_damage_are_listed_and_the_rest_is_read(tmp_path: Path, workdir: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("../../up.csv", DATA)
        locked = zipfile.ZipInfo("locked.csv")
        archive.writestr(locked, DATA)
    data = bytearray(out.getvalue())
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"locked.csv"))
    data[at + 8] |= 1
    files, problems = opened(tmp_path, workdir, "a.zip", bytes(data))
    assert files == {"a.zip!../../up.csv": DATA}
    assert problems == {"a.zip!link.csv": "a link, not a file", "a.zip!locked.csv": "locked with a password"}
    assert {path.parent for path in workdir.rglob("*")} == {workdir}


def test_a_cut_archive_is_a_problem_and_no_crash(tmp_path: Path, workdir: Path) -> None:
    for name, data in (("a.zip", zipped({"b.csv": DATA * 100})), ("a.gz", gzip.compress(DATA * 100))):
        for cut in (5, 20, len(data) // 2, len(data) - 1):
            files, problems = opened(tmp_path, workdir, name, data[:cut])
            assert not files or not problems


def test_a_file_that_is_none_is_named(tmp_path: Path, workdir: Path) -> None:
    files, problems = open_evidence(tmp_path / "absent", workdir, "absent")
    assert files == []
    assert problems[0].name == "absent"
    assert "cannot be opened" in problems[0].sentence
    assert "something else" in open_evidence(tmp_path, workdir, "folder")[1][0].sentence
