"""What coordinators do all day, as locust plays it: `locust -f` in an environment of locust's own,
where nothing of this project is. Names of requests hold no subject numbers, so they add up."""

from __future__ import annotations

import itertools
import os
import re
from datetime import date

from locust import HttpUser, between, task  # type: ignore[import-not-found]

PASSWORD = os.environ["LOAD_PASSWORD"]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FIELD = re.compile(r'name="(form_version|seen_revision|revision|draft)" value="([^"]*)"')
SITE = re.compile(r'name="site".*?<option value="(\d+)"', re.DOTALL)
VERSION = re.compile(r'name="document_version".*?<option value="([^"]+)"', re.DOTALL)
NUMBER = re.compile(r"/participants/([A-Z0-9]+-\d+)/")
numbers = itertools.count(1)
people = itertools.count(1)
DEMOGRAPHICS = {
    "handedness": "right", "hypertension": "no", "family_history": "no", "botulinum": "no",
    "carbamazepine": "no",
}  # fmt: skip


class Coordinator(HttpUser):  # type: ignore[misc]
    """Signs in once, looks around, and now and then screens somebody and fills in a form."""

    wait_time = between(2, 8)

    def on_start(self) -> None:
        """Sign in."""
        self.known: list[str] = []
        page = self.client.get("/accounts/login/", name="sign in, form")
        answers = {"login": f"coordinator{next(numbers)}", "password": PASSWORD}
        done = self._send("/accounts/login/", page.text, answers, "sign in")
        if "csrfmiddlewaretoken" not in done.text or "/accounts/login/" in done.url:
            raise RuntimeError("could not sign in")

    @task(4)
    def worklist(self) -> None:
        """The first page of the day."""
        self.client.get("/", name="worklist")

    @task(4)
    def look_somebody_up(self) -> None:
        """The list, then one of those in it."""
        listed = self.client.get("/participants/", name="participants")
        found = NUMBER.findall(listed.text)
        if found:
            self.client.get(f"/participants/{found[0]}/", name="participant")

    @task(2)
    def questions(self) -> None:
        """What is asked, what is due, where the scans are."""
        self.client.get("/queries/", name="queries")
        self.client.get("/due/", name="due")
        self.client.get("/scans/", name="scans")

    @task(2)
    def somebody_new(self) -> None:
        """Screened, consented, and the first form sent."""
        form = self.client.get("/participants/new/", name="screen, form")
        answers = {
            "name": f"Load {next(people)}", "hospital_number": f"L{os.getpid()}{next(people)}",
            "birth_on": "1975-05-05", "sex": "female", "affected_side": "left",
            "onset": "2020-03", "screened_on": date.today().isoformat(),
        }  # fmt: skip
        site = SITE.search(form.text)
        if site:
            answers["site"] = site[1]
        made = self._send("/participants/new/", form.text, answers, "screen")
        found = NUMBER.search(made.url)
        if not found:
            raise RuntimeError(f"not screened: {made.url}")
        self.known.append(found[1])
        consent = f"/participants/{found[1]}/consent/"
        page = self.client.get(consent, name="consent, form")
        signed = {"language": "zh-hans", "signed_on": date.today().isoformat()}
        signed["document_version"] = VERSION.search(page.text)[1]
        self._send(consent, page.text, signed, "consent")
        form_path = f"/participants/{found[1]}/visits/screening/demographics/"
        page = self.client.get(form_path, name="form")
        self._send(form_path, page.text, DEMOGRAPHICS | {"act": "submit"}, "form, sent")

    @task(2)
    def again(self) -> None:
        """Back to somebody of one's own."""
        if self.known:
            self.client.get(f"/participants/{self.known[-1]}/", name="participant")

    def _send(self, path: str, page: str, answers: dict[str, str], name: str):  # type: ignore[no-untyped-def]
        found = TOKEN.search(page)
        if not found:
            raise RuntimeError(f"no form at {path}")
        hidden = dict(FIELD.findall(page))
        body = {"csrfmiddlewaretoken": found[1], **hidden, **answers}
        return self.client.post(path, body, name=name, headers={"Referer": self.host + path})
