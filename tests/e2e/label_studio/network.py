"""What stands between us and a Label Studio, and may fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx


class Network:
    """What stands between us and the server, and may fail; set `before` and `after`.

    Attributes
    ----------
    before : callable
        Told method and path; a status it returns is answered in place of the server.
    after : callable
        The same, once the server has done what it was asked.
    words : str
        What a refusal says.
    seen : list of str
        What was asked, as `METHOD path`.
    """

    def __init__(self, target: str) -> None:
        self.before: Callable[[str, str], int | None] = lambda *_: None
        self.after: Callable[[str, str], int | None] = lambda *_: None
        self.words = "out of order"
        self.seen: list[str] = []
        self.target = httpx.Client(base_url=target, timeout=120)
        self._server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Between)
        self._server.network = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.target.close()


class _Between(BaseHTTPRequestHandler):
    def _pass(self) -> None:
        server: Any = self.server
        network: Network = server.network
        network.seen.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = network.before(self.command, self.path)
        content, kind = json.dumps({"detail": network.words}).encode(), "application/json"
        if status is None:
            kept = ("authorization", "content-type")
            headers = {k: v for k, v in self.headers.items() if k.lower() in kept}
            try:
                answer = network.target.request(
                    self.command, self.path, content=body, headers=headers
                )
            except httpx.HTTPError:
                self.close_connection = True  # as if there were nobody
                return
            status = network.after(self.command, self.path)
            if status is None:
                status, content = answer.status_code, answer.content
                kind = answer.headers.get("content-type", kind)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._pass
        raise AttributeError(name)

    def log_message(self, *_: object) -> None: ...
