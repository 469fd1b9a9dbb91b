# SPDX-License-Identifier: Apache-2.0
"""The small internet that is probed: a resolver that knows every name, and one HTTPS server.

Both run in processes of their own, so that their work is nobody's CPU time. The server is nginx
where there is one, else one on uvloop; the chain is a leaf and an intermediate, ECDSA P-256, and the
page 20 kB of HTML with a title. The certificate is for any name beneath SITE, so that each probe
asks for a name nobody has asked for before.
"""

import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from bench import servers
from bench.clock import Processors
from bench.confined import RESOLVER, is_confined
from bench.servers import running

SITE = "site.example"
TITLE = "A page of news"
ADDRESS = "127.0.0.80"
_NGINX = """
daemon off; master_process off; user root; pid {folder}/nginx.pid;
error_log stderr crit; events {{ worker_connections 4096; }}
http {{
  access_log off; default_type text/html; etag off; server_tokens off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen {address}:{port} ssl backlog=1024;
    ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3; root {folder}/pages; index index.html; charset utf-8;
  }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Where everything is; small enough to hand to another process."""

    folder: Path  # for whoever is measured; holds ca.pem
    resolver: tuple[str, int]
    port: int
    server: str  # which one it is
    processors: Processors

    def host(self, number: int) -> str:
        """A name of this world."""
        return f"a{number}.{SITE}"


def page() -> bytes:
    """20 kB of HTML that no compression would make nothing of."""
    text = "".join(
        f"<p>Story {number}: what happened, and who says so.</p>" for number in range(500)
    )
    head = f"<!doctype html><html><head><title>{TITLE}</title></head><body>"
    return f"{head}{text}"[:20_000].encode() + b"</body></html>"


@contextmanager
def small_internet(folder: Path, processors: Processors) -> Iterator[World]:
    """Put names and server online; both are gone afterwards. Start it on `processors.around`."""
    write_certificates(folder)
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    asked_at = RESOLVER if is_confined() else (RESOLVER[0], 0)
    with running(servers.answer_names, asked_at) as names:
        resolver = names.recv()
        if nginx is None:
            with running(servers.serve_pages, ADDRESS, folder, page()) as pages:
                yield World(
                    folder=folder,
                    resolver=resolver,
                    port=pages.recv()[1],
                    server="one on uvloop (there is no nginx)",
                    processors=processors,
                )
        else:
            with _nginx(nginx, folder) as port:
                yield World(
                    folder=folder,
                    resolver=resolver,
                    port=port,
                    server="nginx",
                    processors=processors,
                )


def trusting(folder: Path) -> ssl.SSLContext:
    """A context like the prober's own that trusts this world's authority, and no other."""
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.set_alpn_protocols(["http/1.1"])
    return context


def write_certificates(folder: Path) -> None:
    root = trustme.CA(organization_name="Bench Trust")
    between = root.create_child_ca()
    leaf = between.issue_cert(f"*.{SITE}")
    root.cert_pem.write_to_path(folder / "ca.pem")
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    for index, pem in enumerate(leaf.cert_chain_pems):
        pem.write_to_path(folder / "chain.pem", append=index > 0)


@contextmanager
def _nginx(program: str, folder: Path) -> Iterator[int]:
    pages = folder / "pages"
    pages.mkdir()
    (pages / "index.html").write_bytes(page())
    port = free_port(ADDRESS)
    settings = folder / "nginx.conf"
    settings.write_text(_NGINX.format(folder=folder, address=ADDRESS, port=port), encoding="utf-8")
    process = subprocess.Popen([program, "-c", settings, "-p", folder, "-e", "stderr"])
    try:
        wait_for(ADDRESS, port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def free_port(address: str) -> int:
    """A port that nobody listens on."""
    with socket.create_server((address, 0)) as sock:
        port: int = sock.getsockname()[1]
        return port


def wait_for(address: str, port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a server that was just started listens; raise RuntimeError if it has ended."""
    for _ in range(500):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}.")
        try:
            socket.create_connection((address, port)).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not listen at {address}:{port}.")
