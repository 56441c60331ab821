"""``xlcrm export`` to a real PostgreSQL server, started for these tests alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
import sqlalchemy

from xlcrm.export import database

pytestmark = pytest.mark.real_app

ROOT = Path(__file__).parents[2]
AS_OF = ("--as-of", "2024-05-20")
PASSWORD = "geheim/@ß:5"
INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
LOG = "communication_log"
SECRETS = (PASSWORD, quote(PASSWORD, safe=""), "falsch")


def program(name: str) -> str:
    """A program of the server, which Debian keeps off the path."""
    found = shutil.which(name, path=os.pathsep.join(map(str, [*INSTALLED[::-1]])))
    found = found or shutil.which(name)
    if found is None:
        pytest.skip(f"PostgreSQL ({name}) is not installed")
    return found


def server_user() -> dict[str, Any]:
    """As whom the server runs: it refuses to as root."""
    if os.name != "posix" or os.getuid() != 0:
        return {}
    import pwd

    names = {each.pw_name: each for each in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The folder of the socket of a server, on which alone it listens."""
    initdb, control = program("initdb"), program("pg_ctl")
    user = server_user()
    home = Path(tempfile.mkdtemp(prefix="xlcrm-pg-"))  # short: a socket's path has 107 bytes
    data = home / "data"
    (home / "password").write_text(PASSWORD, encoding="utf-8")
    for path in (home, home / "password") if user else ():
        os.chown(path, user["user"], user["group"])

    def run(*command: str | Path) -> None:
        done = subprocess.run(command, capture_output=True, cwd=home, check=False, **user)
        assert done.returncode == 0, done

    try:
        run(initdb, "-D", data, "-U", "lead", "-A", "scram-sha-256", "-E", "UTF8", "--no-locale",
            "--no-sync", "--pwfile", home / "password")  # fmt: skip
        options = f"-F -k {home} -c listen_addresses="
        run(control, "-D", data, "-l", home / "log", "-w", "-o", options, "start")
        try:
            yield str(home)
        finally:
            run(control, "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def url(server: str) -> str:
    return f"postgresql://lead:{quote(PASSWORD, safe='')}@/postgres?host={server}"


def query(server: str, text: str) -> list[tuple[Any, ...]]:
    """What another program reads."""
    with psycopg.connect(host=server, user="lead", password=PASSWORD, dbname="postgres") as there:
        done = there.execute(text)
        return done.fetchall() if done.description else []


def talk(number: int, content: str, **more: Any) -> dict[str, Any]:
    known = {"record_id": f"J{number:03d}", "customer_name": "星辰科技", "date": "2024-05-14"}
    return {**known, "channel": "电话", "content": content, **more}


def test_tables_follow_the_ledger_row_by_row(folder: Any, run: Any, server: str, url: str) -> None:
    to = ("--to", url, "--format", "json", *AS_OF)
    tags = {"need_tags": ["成本控制"], "recorded_at": "2024-05-14T18:05"}
    folder.put("张伟.xlsx", {LOG: [talk(1, "一", **tags), talk(2, "二"), talk(3, "三")]})
    first = run("export", "团队", *to)
    assert (first.code, first.document["form"]) == (0, "postgresql")
    typed = f"SELECT date::text, recorded_at::text, need_tags FROM {LOG} WHERE record_id = 'J001'"
    assert query(server, typed) == [("2024-05-14", "2024-05-14 18:05:00", '["成本控制"]')]
    written = dict(query(server, f"SELECT record_id, xmin::text FROM {LOG}"))
    folder.put("张伟.xlsx", {LOG: [talk(2, "二"), talk(3, "三,改了"), talk(4, "四")]})
    assert run("export", "团队", *to).document["removed"] == 1
    told = dict(query(server, f"SELECT record_id, content FROM {LOG}"))
    assert told == {"J002": "二", "J003": "三,改了", "J004": "四"}
    now = dict(query(server, f"SELECT record_id, xmin::text FROM {LOG}"))
    assert run("export", "团队", *to).document["removed"] == 0
    assert dict(query(server, f"SELECT record_id, xmin::text FROM {LOG}")) == now  # not written
    assert now["J003"] != written["J003"]
    # Each record is found where it stands.
    joined = (
        f"SELECT record_id, file, row_number FROM {LOG} JOIN xlcrm_sources ON record_key = _key"
    )
    assert sorted(query(server, joined))[0] == ("J002", "张伟.xlsx", 4)


def test_what_fails_half_way_changes_nothing_and_tells_no_password(
    folder: Any, run: Any, monkeypatch: pytest.MonkeyPatch, server: str, url: str
) -> None:
    run("export", "团队", "--to", url, *AS_OF)
    before = query(server, f"SELECT * FROM {LOG} ORDER BY _key")
    query(server, "ALTER TABLE xlcrm_files ADD CHECK (path <> '李娜.xlsx')")
    folder.put("李娜.xlsx", {LOG: [talk(9, "九")]})
    wrong = url.replace(quote(PASSWORD, safe=""), "falsch-falsch")
    for target in (url, wrong, url.replace(server, server + "x"), url + "&password=falsch"):
        for more in ((), ("--format", "json")):
            ran = run("export", "团队", "--to", target, *AS_OF, *more)
            assert ran.code == 2 and "postgresql" in ran.err
            for secret in SECRETS:
                assert secret not in ran.out + ran.err, target

    def repeating(given: Any, _: str) -> Any:
        raise sqlalchemy.exc.OperationalError("", {}, Exception(f"{given.password}? {wrong}"))

    with monkeypatch.context() as patch:  # a driver that repeats what it was given
        patch.setattr(database, "_engine", repeating)
        ran = run("export", "团队", "--to", wrong, *AS_OF)
        assert ran.code == 2 and "***? postgresql" in ran.err and "falsch" not in ran.err
    command = ("-m", "xlcrm", "export", "团队", "--to", wrong, "--debug")
    told = subprocess.run([sys.executable, *command], capture_output=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
    said = (told.stdout + told.stderr).decode()
    assert "Traceback" in said and not [secret for secret in SECRETS if secret in said]
    assert query(server, f"SELECT * FROM {LOG} ORDER BY _key") == before
    query(server, "ALTER TABLE xlcrm_files DROP CONSTRAINT xlcrm_files_path_check")


def test_a_report_from_the_database_has_the_same_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any, server: str, url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "sample_workbooks", "团队")
    query(server, "CREATE SCHEMA sample")
    target = url + "&options=-csearch_path%3Dsample"
    as_json = ("--format", "json", "-o", "周报.xlsx", *AS_OF)
    wanted = run("report", "团队", *as_json)
    assert run("export", "团队", "--to", target, *AS_OF).code == 3
    shutil.rmtree("团队")
    made = run("report", "--from", target, *as_json)
    assert (made.code, made.document) == (wanted.code, wanted.document)
