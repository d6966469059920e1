"""GitHub, as far as workflows see it: it takes events, runs what they start, and then what those runs start. Used by the stories.

One run at a time: GitHub would run them side by side. What `concurrency` would hold back or cancel is not modelled; tests read it in the YAML.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rehearsal.act import Machine, Order, Watch, perform
from rehearsal.api import api_server
from rehearsal.events import (
    DEFAULT_BRANCH,
    REPOSITORY,
    Event,
    PullRequest,
    default_branch_event,
    pull_request_event,
    push_event,
)
from rehearsal.hub import Document, Hub, read_document, write_document
from rehearsal.permissions import rights_of
from rehearsal.repository import NOTHING, Repository
from rehearsal.run_records import conclusion, job_records, read_log
from rehearsal.triggers import started
from rehearsal.workflow_files import WorkflowFile, read_workflows


@dataclass(frozen=True)
class Settings:
    """What is set on the repository's pages: secrets, variables, the checks that a merge needs (file name to job)."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Github:
    """One repository on the hub. `left_out` names workflows that a story does not care for: they are recorded, not run."""

    hub: Hub
    machine: Machine
    settings: Settings
    left_out: frozenset[str] = frozenset()
    watch: Watch | None = None

    @property
    def repository(self) -> Repository:
        return Repository(self.hub.repository)

    def pushed(self, branch: str, before: str | None = None, actor: str = "ada") -> list[Document]:
        """A branch was pushed: run what waits for it; all runs that followed, those of pull requests from that branch too."""
        after = self.repository.tip(branch)
        changed = self.repository.changed(before, after) if before else ()
        runs = self.deliver(push_event(branch, (before or NOTHING, after), changed, actor))
        for pull in self.hub.pulls():
            if (
                pull["head"] == branch
                and pull["state"] == "open"
                and pull.get("head_repository", REPOSITORY) == REPOSITORY
            ):
                runs += self.deliver(self._pull_request(pull, "synchronize"))
        return runs

    def opened(self, head: str, title: str, fork: Path | None = None) -> list[Document]:
        """A pull request was opened, of a branch here or of a fork's repository."""
        number = self.hub.next_number("pulls")
        owner = "rehearsal" if fork is None else "grace"
        repository = REPOSITORY if fork is None else REPOSITORY.replace("rehearsal/", "grace/")
        if fork is not None:
            self.repository.fetch(fork, head, f"refs/pull/{number}/head")
        pull = {"number": number, "state": "open", "head": head, "base": DEFAULT_BRANCH, "title": title, "body": ""}
        pull |= {"head_repository": repository, "author": "ada" if owner == "rehearsal" else owner}
        write_document(self.hub.folder / "pulls" / f"{number}.json", pull)
        return self.deliver(self._pull_request(pull, "opened"))

    def scheduled(self, cron: str) -> list[Document]:
        """The time that a cron line names has come."""
        return self.deliver(self._default("schedule", {"schedule": cron}, actor="ada"))

    def dispatched(self, file: str, **inputs: str) -> list[Document]:
        """A person pressed "Run workflow". Inputs that are not given get their defaults.

        Raises:
            ValueError: an input is missing or unknown, as the API would answer 422.
        """
        payload = {
            "workflow": f".github/workflows/{file}",
            "ref": f"refs/heads/{DEFAULT_BRANCH}",
            "inputs": self._inputs(file, inputs),
        }
        return self.deliver(self._default("workflow_dispatch", payload, only=file))

    def repository_dispatched(self, kind: str, **payload: Any) -> list[Document]:
        """Another system called the API's `dispatches`."""
        return self.deliver(
            self._default("repository_dispatch", {"action": kind, "client_payload": payload, "branch": DEFAULT_BRANCH})
        )

    def deliver(self, event: Event) -> list[Document]:
        """Start what waits for an event, one run after another, and all that follows of it."""
        self.hub.note_event({"event": event.name, "ref": event.ref, "commit": event.commit, "at": time.time()})
        source = self._source(event.commit)
        runs: list[Document] = []
        for workflow in started(read_workflows(source), event):
            runs += self._run(workflow, source, event)
        return runs

    def _run(self, workflow: WorkflowFile, source: Path, event: Event) -> list[Document]:
        run_id = self.hub.next_number("runs")
        called = {each.file: each for each in read_workflows(source)}
        token = f"ghs_{run_id}_{secrets.token_hex(16)}"
        record = self._record(run_id, workflow, event)
        known = {**record, "token": token, "rights": rights_of(workflow, called, from_fork=event.from_fork)}
        path = self.hub.run_folder(run_id) / "run.json"
        write_document(
            path, {**known, "payload": event.payload, "scopes": _scopes(event), "tools": str(self.machine.tools)}
        )
        if workflow.file in self.left_out:
            write_document(path, {**read_document(path), "conclusion": "left out"})
            return []
        with api_server(self.hub) as address:
            order = self._order(run_id, workflow, source, event)
            order = replace(order, token=token, environment={"GITHUB_API_URL": address})
            begun = time.monotonic()
            code = perform(self.machine, self.hub, order, self.watch)
        jobs = job_records(workflow, called, read_log(self.hub.run_folder(run_id) / "log.jsonl"), source)
        ended = conclusion(jobs, cancelled=code < 0 or code >= 128)
        done = {
            **read_document(path),
            "jobs": jobs,
            "seconds": round(time.monotonic() - begun, 3),
            "conclusion": ended,
            "act": code,
        }
        write_document(path, done)
        return [done, *self._followers(done, event)]

    def _order(self, run_id: int, workflow: WorkflowFile, source: Path, event: Event) -> Order:
        """A fork's pull request and Dependabot's get no secret; no variable either, which is the stricter reading of the documentation.

        Source: docs.github.com, "Using secrets in GitHub Actions" and "Store information in variables".
        """
        trusted = not event.from_fork and event.actor != "dependabot[bot]"
        given = (self.settings.secrets, self.settings.variables) if trusted else ({}, {})
        return Order(run_id, workflow, source, event, "", given[0], given[1], matrix=_one_python(workflow))

    def _record(self, run_id: int, workflow: WorkflowFile, event: Event) -> Document:
        about = {"id": run_id, "file": workflow.file, "workflow": workflow.name, "event": event.name, "ref": event.ref}
        return {
            **about,
            "commit": event.commit,
            "actor": event.actor,
            "from_fork": event.from_fork,
            "depth": event.depth,
        }

    def _followers(self, run: Document, event: Event) -> list[Document]:
        """What this run sets off: workflows that wait for it, and events that its steps made with an app's token."""
        runs = self.deliver(self._workflow_run(run, event))
        for pending in self.hub.take_pending():
            if pending["event"] == "pull_request":
                runs += self.deliver(
                    self._pull_request(read_document(self._pull_path(pending["number"])), pending["action"])
                )
                runs += self._merge_when_green(pending["number"])
        return runs

    def _workflow_run(self, run: Document, event: Event) -> Event:
        pull = event.payload.get("pull_request")
        owner = pull["head"]["repo"]["full_name"] if pull else REPOSITORY
        about = {
            "id": run["id"],
            "name": run["workflow"],
            "event": run["event"],
            "conclusion": run["conclusion"],
            "status": "completed",
        }
        head = {
            "head_branch": pull["head"]["ref"] if pull else event.branch,
            "head_sha": pull["head"]["sha"] if pull else run["commit"],
        }
        from_where = {"head_repository": {"full_name": owner, "owner": {"login": owner.split("/")[0]}}}
        # GitHub leaves the list of pull requests empty for a fork's
        pulls = [{"number": pull["number"]}] if pull and not event.from_fork else []
        block = {
            **about,
            **head,
            **from_where,
            "pull_requests": pulls,
            "path": f".github/workflows/{run['file']}",
            "run_attempt": 1,
        }
        return self._default(
            "workflow_run", {"action": "completed", "workflow_run": block}, depth=event.depth + 1, actor=event.actor
        )

    def _merge_when_green(self, number: int) -> list[Document]:
        """Automatic merging: when every required check of the pull request's newest runs is green."""
        pull = read_document(self._pull_path(number))
        if not pull.get("automerge") or not self._green(pull):
            return []
        before = self.repository.tip(pull["base"])
        head = self.repository.tip(pull["head"])
        self.repository.set(
            f"refs/heads/{pull['base']}", self.repository.squash(before, head, f"{pull['title']} (#{number})")
        )
        write_document(self._pull_path(number), {**pull, "state": "merged"})
        return self.pushed(pull["base"], before, actor="ratchet-app[bot]")

    def _green(self, pull: Document) -> bool:
        ref = f"refs/pull/{pull['number']}/merge"
        newest = {run["file"]: run for run in self.hub.runs() if run["ref"] == ref and run["event"] == "pull_request"}
        return all(
            newest[file]["conclusion"] == "left out" or _passed(newest[file], job)
            for file, job in self.settings.required.items()
        )

    def _pull_request(self, pull: Document, action: str) -> Event:
        """Make the merge commit anew, as GitHub does with each push."""
        number = pull["number"]
        repository = self.repository
        from_fork = pull.get("head_repository", REPOSITORY) != REPOSITORY
        head = repository.tip(f"refs/pull/{number}/head" if from_fork else pull["head"])
        base = repository.tip(pull["base"])
        merge = repository.merge(base, head, f"Merge {head} into {base}")
        repository.set(f"refs/pull/{number}/merge", merge)
        found = PullRequest(number, pull["title"], pull["head"], head, pull["base"], base, merge)
        found = replace(
            found, head_repository=pull.get("head_repository", REPOSITORY), author=pull["author"], body=pull["body"]
        )
        write_document(self._pull_path(number), {"head_repository": REPOSITORY, **pull, "head_commit": head})
        return pull_request_event(found, action, repository.changed_since_fork(base, head))

    def _default(self, name: str, payload: dict[str, Any], **more: Any) -> Event:
        return default_branch_event(name, self.repository.tip(DEFAULT_BRANCH), payload, **more)

    def _inputs(self, file: str, given: Mapping[str, str]) -> dict[str, str]:
        workflow = next(
            each for each in read_workflows(self._source(self.repository.tip(DEFAULT_BRANCH))) if each.file == file
        )
        known = workflow.triggers["workflow_dispatch"].get("inputs", {})
        missing = [
            name
            for name, one in known.items()
            if one.get("required") == "true" and "default" not in one and not given.get(name)
        ]
        if missing or set(given) - set(known):
            raise ValueError(f"{file}: inputs {missing} are required, {sorted(set(given) - set(known))} unknown")
        return {name: given.get(name, one.get("default", "")) for name, one in known.items()}

    def _source(self, commit: str) -> Path:
        folder = self.hub.folder / "sources" / commit
        if not folder.exists():
            folder.parent.mkdir(exist_ok=True)
            made = folder.with_name(f"{commit}.part")
            shutil.rmtree(made, ignore_errors=True)
            self.repository.export(commit, made)
            made.rename(folder)
        return folder

    def _pull_path(self, number: int) -> Path:
        return self.hub.folder / "pulls" / f"{number}.json"


def _scopes(event: Event) -> list[str]:
    """Where a run looks for cache entries, in order; it writes to the first. A pull request reads its base's too.

    Source: docs.github.com, "Dependency caching reference", section "Restrictions for accessing a cache".
    """
    scopes = [event.ref, f"refs/heads/{event.branch}", f"refs/heads/{DEFAULT_BRANCH}"]
    return list(dict.fromkeys(scopes))


def _one_python(workflow: WorkflowFile) -> dict[str, str]:
    """Of a matrix over Pythons one entry runs: this machine has one Python, and would run the same thing again."""
    for job in workflow.jobs:
        for name, values in job.block.get("strategy", {}).get("matrix", {}).items():
            if "python" in name:
                return {name: values[0]}
    return {}


def _passed(run: Document, key: str) -> bool:
    return any(job["job"] == key and job["result"] == "success" for job in run["jobs"])
