"""The log as files over HTTP, read as a stranger reads it: an HTTP client, the public key and the specification."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import apsw
import pytest
from tidewaiter_audit.site import TilesSite, server
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteReader
from tidewaiter_cli.__main__ import main
from tidewaiter_tlog.checkpoint import verify_checkpoint
from tidewaiter_tlog.entry_bundle import decode_bundle
from tidewaiter_tlog.fsck import check_bundles, check_tiles
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.tiles import BundleId, TileId, bundles_of, tiles_of

from tests.audit_logs import SIGNER, OpenLog, open_log
from tests.audit_records import submission


@dataclass
class Response:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """A site with the log that it shows; `is_fresh` is what its pulse would say."""

    log: OpenLog
    address: str
    fresh: list[bool] = field(default_factory=lambda: [True])

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> Response:
        """One request on a connection of its own."""
        return await asyncio.to_thread(self._get, path, method, headers)

    def _get(self, path: str, method: str, headers: dict[str, str]) -> Response:
        with closing(http.client.HTTPConnection(self.address, timeout=5)) as connection:
            connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            got = connection.getresponse()
            return Response(got.status, dict(got.getheaders()), got.read())

    async def append(self, *numbers: int) -> None:
        await self.log.decisions.append([submission(number) for number in numbers])


@asynccontextmanager
async def site_of(folder: Path) -> AsyncIterator[Site]:
    async with open_log(folder) as log:
        fresh = [True]
        site = TilesSite(
            "127.0.0.1:0",
            open_store=lambda: SqliteReader.open_file(folder / FILE_NAME),
            is_fresh=lambda: fresh[0],
        )
        try:
            yield Site(log, site.start(), fresh)
        finally:
            await site.stop()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with site_of(tmp_path) as opened:
        yield opened


def defined_root(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, as it stands there, over leaf hashes."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"").digest()
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + defined_root(hashes[:split]) + defined_root(hashes[split:])).digest()


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 700])
async def test_the_whole_log_is_read_and_the_tree_rebuilt_by_the_slow_definition(site: Site, size: int) -> None:
    for start in range(0, size, 300):
        await site.append(*range(start, min(start + 300, size)))

    signed = verify_checkpoint((await site.get("/checkpoint")).body, [SIGNER.key])
    entries: list[bytes] = []
    for bundle in bundles_of(signed.tree_size):
        entries += decode_bundle((await site.get(f"/{bundle.path}")).body, bundle.width)
    files = {tile.path: (await site.get(f"/{tile.path}")).body for tile in tiles_of(signed.tree_size)}
    bundles = {bundle.path: (await site.get(f"/{bundle.path}")).body for bundle in bundles_of(signed.tree_size)}

    assert (size, size) == (signed.tree_size, len(entries))
    assert defined_root([leaf_hash(entry) for entry in entries]) == signed.root

    def tile(level: int, index: int, width: int) -> bytes:
        return files[TileId(level, index, width).path]

    check_tiles(size, signed.root, tile)
    check_bundles(size, lambda index, width: bundles[BundleId(index, width).path], tile)


async def test_what_never_changes_says_so_and_what_changes_is_old_in_a_second(site: Site) -> None:
    await site.append(*range(300))

    tile, bundle, partial = [
        await site.get(path) for path in ("/tile/0/000", "/tile/entries/000", "/tile/entries/001.p/44")
    ]
    checkpoint, health = await site.get("/checkpoint"), await site.get("/health")

    assert "public, max-age=31536000, immutable" == tile.headers["Cache-Control"]
    assert ["private, max-age=31536000, immutable"] * 2 == [one.headers["Cache-Control"] for one in (bundle, partial)]
    assert {"application/octet-stream"} == {one.headers["Content-Type"] for one in (tile, bundle, partial)}
    assert ("text/plain; charset=utf-8", "max-age=1, must-revalidate") == (
        checkpoint.headers["Content-Type"],
        checkpoint.headers["Cache-Control"],
    )
    assert (200, "no-store") == (health.status, health.headers["Cache-Control"])


async def test_an_etag_that_is_known_is_answered_without_the_bytes(site: Site) -> None:
    await site.append(*range(3))
    for path in ("/tile/0/000.p/3", "/tile/entries/000.p/3", "/checkpoint"):
        first = await site.get(path)

        again = await site.get(path, If_None_Match=f'"other", {first.headers["ETag"]}')
        other = await site.get(path, If_None_Match='"other"')

        assert (304, b"", first.headers["ETag"]) == (again.status, again.body, again.headers["ETag"])
        assert (200, first.body) == (other.status, other.body)


async def test_a_checkpoint_that_could_not_be_signed_again_is_not_served_and_health_fails(site: Site) -> None:
    await site.append(1)
    site.fresh[0] = False

    assert [503, 503] == [(await site.get(path)).status for path in ("/checkpoint", "/health")]
    assert "1" == (await site.get("/checkpoint")).headers["Retry-After"]
    # What was published stays what it was.
    assert 200 == (await site.get("/tile/0/000.p/1")).status
    site.fresh[0] = True
    assert [200, 200] == [(await site.get(path)).status for path in ("/checkpoint", "/health")]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tile/0/000",
        "/tile/0/001",
        "/tile/0/000.p/11",
        "/tile/0/000.p/0",
        "/tile/0/000.p/256",
        "/tile/1/000",
        "/tile/entries/000",
        "/tile/0/000.p/3?x",
        "/tile/00/000.p/3",
        "/../audit.key",
        "/" + "x" * 5_000,
    ],
)
async def test_nothing_else_is_served(site: Site, path: str) -> None:
    await site.append(*range(10))

    assert 404 == (await site.get(path)).status


async def test_a_partial_tile_is_there_at_every_width_that_the_log_ever_had(site: Site) -> None:
    await site.append(*range(300))

    for width in (1, 17, 44):
        tile = await site.get(f"/tile/0/001.p/{width}")
        bundle = await site.get(f"/tile/entries/001.p/{width}")
        assert width * 32 == len(tile.body)
        assert [leaf_hash(entry) for entry in decode_bundle(bundle.body, width)] == [
            tile.body[at : at + 32] for at in range(0, width * 32, 32)
        ]


async def test_entries_are_compressed_for_those_who_ask(site: Site) -> None:
    await site.append(*range(10))

    plain = await site.get("/tile/entries/000.p/10")
    packed = await site.get("/tile/entries/000.p/10", Accept_Encoding="gzip, identity")

    assert ("gzip", "Accept-Encoding") == (packed.headers["Content-Encoding"], packed.headers["Vary"])
    assert plain.body == gzip.decompress(packed.body)
    assert len(packed.body) < len(plain.body) / 5
    assert plain.headers["ETag"] != packed.headers["ETag"]


async def test_entries_that_were_changed_are_not_served(site: Site, tmp_path: Path) -> None:
    await site.append(*range(10))
    with apsw.Connection(str(tmp_path / FILE_NAME)) as outside:
        outside.execute("UPDATE entry SET leaf = CAST(leaf || ' ' AS BLOB) WHERE leaf_index = 3")
    outside.close()

    got = await site.get("/tile/entries/000.p/10")

    assert (500, "no-store") == (got.status, got.headers["Cache-Control"])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_only_reading_is_served(site: Site, method: str) -> None:
    assert 501 == (await site.get("/checkpoint", method=method)).status


async def test_head_has_the_headers_and_no_bytes(site: Site) -> None:
    await site.append(1)

    whole, head = await site.get("/checkpoint"), await site.get("/checkpoint", method="HEAD")

    assert (200, b"", whole.headers["Content-Length"]) == (head.status, head.body, head.headers["Content-Length"])


@contextmanager
def connection_to(site: Site) -> Iterator[socket.socket]:
    host, _, port = site.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as opened:
        yield opened


async def test_more_connections_than_there_may_be_are_turned_away_and_the_others_served(site: Site) -> None:
    def crowd() -> bytes:
        held = []
        try:
            for _ in range(server.CONNECTIONS_MAX):
                host, _, port = site.address.rpartition(":")
                held.append(socket.create_connection((host, int(port)), timeout=5))
            with connection_to(site) as one_more:
                return one_more.recv(100)
        finally:
            for connection in held:
                connection.close()

    assert (await asyncio.to_thread(crowd)).startswith(b"HTTP/1.1 503 ")
    assert 200 == (await site.get("/health")).status


async def test_a_request_with_a_body_is_answered_and_its_body_is_no_request(site: Site) -> None:
    smuggled = b"GET /tile/0/000.p/1 HTTP/1.1\r\n\r\n"

    def send() -> bytes:
        with connection_to(site) as connection:
            length = str(len(smuggled)).encode()
            connection.sendall(b"GET /health HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\n" + smuggled)
            received = b""
            while more := connection.recv(65_536):
                received += more
            return received

    assert 1 == (await asyncio.to_thread(send)).count(b"HTTP/1.1 ")


async def test_many_requests_go_over_one_connection(site: Site) -> None:
    await site.append(*range(3))

    def read() -> set[bytes]:
        with closing(http.client.HTTPConnection(site.address, timeout=5)) as connection:
            bodies = set()
            for _ in range(50):
                connection.request("GET", "/checkpoint")
                bodies.add(connection.getresponse().read())
            return bodies

    assert 1 == len(await asyncio.to_thread(read))


async def test_an_address_that_is_taken_is_said_so(site: Site) -> None:
    with pytest.raises(OSError, match=f"cannot serve tiles on {site.address}, which {server.VARIABLE} names"):
        TilesSite(site.address, open_store=lambda: site.log.store, is_fresh=lambda: True).start()


async def test_the_whole_log_is_checked_from_outside_by_the_command_line(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await site.append(*range(300))
    words = ("log", "fsck", "--url", f"http://{site.address}", "--key", SIGNER.key.to_text())

    assert 0 == await asyncio.to_thread(main, words)
    assert "sound: 300 entries under the root " in capsys.readouterr().out
    with apsw.Connection(str(tmp_path / FILE_NAME)) as outside:
        outside.execute("UPDATE tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE level = 0")
    outside.close()
    assert 1 == await asyncio.to_thread(main, (*words, "--json"))
    assert '"sound": false, "tree_size": 300' in capsys.readouterr().out
    assert 2 == await asyncio.to_thread(main, (*words[:2], "--url", "127.0.0.1:1", *words[4:]))
    assert 2 == await asyncio.to_thread(main, words[:4])
