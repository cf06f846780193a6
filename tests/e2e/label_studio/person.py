"""Somebody who answers in Label Studio: by the labeling page's own requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

Json = dict[str, Any]


class Person:
    """Somebody's browser, as far as the server can tell: it uses the labeling page's requests."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Token {token}"}
        self.token = token
        self.http = httpx.Client(base_url=url, headers=headers, timeout=60, follow_redirects=True)

    def take_next(self, project: int) -> Json:
        return self.sent("GET", f"/api/projects/{project}/next/")

    def tasks(self, project: int) -> list[Json]:
        found = self.sent("GET", f"/api/tasks/?project={project}&page_size=5000&fields=all")
        return sorted(found["tasks"], key=lambda task: task["id"])

    def submit(self, task: int, *regions: Json, seconds: float = 2.5) -> int:
        said = {"result": list(regions), "lead_time": seconds}
        return int(self.sent("POST", f"/api/tasks/{task}/annotations/", said)["id"])

    def skip(self, task: int) -> None:
        said = {"result": [], "was_cancelled": True, "lead_time": 1.0}
        self.sent("POST", f"/api/tasks/{task}/annotations/", said)

    def draft(self, task: int, *regions: Json) -> int:
        said = {"result": list(regions), "lead_time": 1.0}
        return int(self.sent("POST", f"/api/tasks/{task}/drafts", said)["id"])

    def edit(self, annotation: int, *regions: Json) -> None:
        self.sent("PATCH", f"/api/annotations/{annotation}/", {"result": list(regions)})

    def delete(self, annotation: int) -> None:
        self.sent("DELETE", f"/api/annotations/{annotation}/")

    def delete_task(self, task: int) -> None:
        self.sent("DELETE", f"/api/tasks/{task}/")

    def sent(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else {}


class Regions:
    """What a labeling screen sends for each thing one can say."""

    @staticmethod
    def choice(label: str, name: str = "label") -> Json:
        return _region(name, "text", "choices", {"choices": [label]})

    @staticmethod
    def span(text: str, start: int, end: int, label: str) -> Json:
        value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
        return _region("span", "text", "labels", value)

    @staticmethod
    def text(response: str) -> Json:
        return _region("response", "text", "textarea", {"text": [response]})

    @staticmethod
    def rating(stars: int) -> Json:
        return _region("quality", "text", "rating", {"rating": stars})

    @staticmethod
    def better(side: str) -> Json:
        return _region("better", "better", "pairwise", {"selected": side})


def _region(name: str, to: str, kind: str, value: Mapping[str, object]) -> Json:
    return {"from_name": name, "to_name": to, "type": kind, "value": dict(value)}
