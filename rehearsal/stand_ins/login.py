"""docker/login-action: `docker login` to a registry, really, and `docker logout` after the job.

Held to: username and password are needed; the login lies in the job's own Docker configuration; `logout: true` takes it away after the job. A GITHUB_TOKEN
given as password is one for GitHub's own registry and needs the job's right to write packages.

Source: README.md of docker/login-action, "Usage" and "inputs".
"""

from __future__ import annotations

import subprocess

from rehearsal.stand_ins.step import ActionStep, RefusedError


def main(step: ActionStep) -> None:
    """Log in.

    Raises:
        RefusedError: a name or password is missing, the token may not write packages, or the registry refuses.
    """
    if not step.input("username") or not step.input("password"):
        raise RefusedError("Username and password required")
    if step.input("password") == step.run["token"]:
        step.require(step.input("password"), packages="write")
    done = subprocess.run(
        ["docker", "login", "--username", step.input("username"), "--password-stdin", step.input("registry")],
        input=step.input("password"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RefusedError(done.stderr.strip())
    step.save_state(registry=step.input("registry"))


def post(step: ActionStep) -> None:
    """Log out."""
    if step.state("registry") and step.flag("logout"):
        subprocess.run(["docker", "logout", step.state("registry")], check=True, capture_output=True, text=True)
