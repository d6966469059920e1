"""How many commits would have made another model: `python -m benchmarks.retraining_commits [--last 176] [--until 2506e55] [--list]`.

Of the last commits without merges that touch `src/` or `pipeline/*.py`, counts those that a model would have been trained for, by two rules:

- *Files*, as it was: any byte of a file that `convert` listed at the newest of these commits.
- *Definitions*, as it is: a function, class or constant of the modules that `convert` lists today whose syntax tree changed, without docstrings, comments and descriptions of
  settings. Old trees part the code otherwise, so a definition is looked up by its name, in the files that its module was cut from (`CUT_FROM`). What is not there today is not
  looked for; `whole modules` counts it too, wherever today's module had the same path, and so says at most how many there could have been.

Commits before which there was no stage `convert` had nothing to train again; they are counted by themselves.
"""

from __future__ import annotations

import argparse
import ast
import functools
import json
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.syntax import syntax_digest
from modelratchet.storage.code_listing import read_listing

LISTING = "pipeline/sources.json"
_PARAMS = "src/modelratchet/config/params.py"
_WIRING = ("src/modelratchet/wiring/modeling.py", "src/modelratchet/wiring/data.py", "src/modelratchet/wiring/__init__.py")  # fmt: skip
CUT_FROM = {
    "modelratchet.config.blocks": ("src/modelratchet/config/reading.py", _PARAMS),
    "modelratchet.config.columns": (_PARAMS,),
    "modelratchet.config.ingest": (_PARAMS,),
    "modelratchet.config.settings": (_PARAMS,),
    "modelratchet.config.split": (_PARAMS,),
    "modelratchet.config.train": ("src/modelratchet/config/estimator_params.py", _PARAMS),
    "modelratchet.wiring.columns": _WIRING,
    "modelratchet.wiring.data": _WIRING,
    "modelratchet.wiring.fitting": _WIRING,
    "modelratchet.wiring.modeling": _WIRING,
    "modelratchet.wiring.splitting": _WIRING,
}
_FIELD = "from pydantic import Field\n"


@dataclass(frozen=True)
class Counted:
    """A commit, whether there was a model to make before it, and what of it makes another by each rule: files, definitions, modules."""

    commit: str
    subject: str
    has_pipeline: bool
    files: tuple[str, ...]
    definitions: tuple[str, ...]
    modules: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--last", type=int, default=176, help="commits to look at")
    parser.add_argument("--until", default="2506e55", help="the newest of them")
    parser.add_argument("--list", action="store_true", help="name what each commit changed")
    options = parser.parse_args()
    listed = _listed(options.until)
    today = defined_today()
    found = [counted(commit, listed, today) for commit in commits(options.until, options.last)]
    _print(found, is_long=options.list)


def commits(until: str, last: int) -> list[str]:
    """Commits that are no merges and touch sources, newest first."""
    return _git("log", "--format=%H", "--no-merges", f"-{last}", until, "--", "src", "pipeline/*.py").split()


def counted(commit: str, listed: Collection[str], today: Mapping[str, Collection[str]]) -> Counted:
    """What a commit changes of what makes a model.

    Args:
        commit: one with a parent.
        listed: files that made a model, for the old rule.
        today: names by module, for the new one.
    """
    subject = _git("log", "-1", "--format=%s", commit).strip()
    parent = f"{commit}^"
    changed = set(_git("diff-tree", "-r", "--no-renames", "--name-only", parent, commit).splitlines())
    definitions, modules = [], []
    for module, names in today.items():
        paths = (*_paths(module), *CUT_FROM.get(module, ()))
        if changed.intersection(paths):
            before, after = (_definitions(tree, paths) for tree in (parent, commit))
            definitions += [f"{module}:{name}" for name in names if before.get(name) != after.get(name)]
        if any(_differs(parent, commit, path) for path in changed.intersection(_paths(module))):
            modules.append(module)
    has_pipeline = _source(parent, "pipeline/convert.py") is not None
    files = tuple(sorted(changed.intersection(listed)))
    return Counted(commit[:7], subject, has_pipeline, files, tuple(definitions), tuple(modules))


def defined_today() -> dict[str, tuple[str, ...]]:
    """The modules that make a model in this checkout, and the names that each defines."""
    modules = read_listing(Path(LISTING))["convert"].modules
    return {module: tuple(_named(_text(module))) for module in modules}


def _text(module: str) -> bytes:
    return next(Path(path).read_bytes() for path in _paths(module) if Path(path).exists())


def _paths(module: str) -> tuple[str, str]:
    stem = module.replace(".", "/") if module.startswith("pipeline") else "src/" + module.replace(".", "/")
    return f"{stem}.py", f"{stem}/__init__.py"


def _definitions(tree: str, paths: Sequence[str]) -> dict[str, str]:
    """What the files of a commit define, by name; where two define one name, the first counts."""
    found: dict[str, str] = {}
    for path in paths:
        source = _source(tree, path)
        for name, digest in (_named(source) if source is not None else {}).items():
            found.setdefault(name, digest)
    return found


def _named(source: bytes) -> dict[str, str]:
    """The digest of each definition of a module; imports and what only runs as a program are none."""
    return {name: digest for node in ast.parse(source).body for name, digest in _digests(node)}


def _digests(node: ast.stmt) -> Iterator[tuple[str, str]]:
    names: list[str] = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        names = [node.name]
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    for name in names:
        yield name, syntax_digest((_FIELD + ast.unparse(node)).encode())


def _differs(parent: str, commit: str, path: str) -> bool:
    before, after = _source(parent, path), _source(commit, path)
    return (before and syntax_digest(before)) != (after and syntax_digest(after))


def _listed(tree: str) -> frozenset[str]:
    """The files that made a model by the list of a commit, which named files then."""
    content: dict[str, list[str]] = json.loads(_source(tree, LISTING) or b"{}")
    return frozenset(content["convert"])


@functools.cache
def _source(tree: str, path: str) -> bytes | None:
    done = subprocess.run(["git", "show", f"{tree}:{path}"], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout


def _print(found: Sequence[Counted], *, is_long: bool) -> None:
    for item in found:
        if item.definitions:
            print(f"{item.commit} {item.subject}")
            print(*(f"    {name}" for name in (item.definitions if is_long else item.definitions[:4])), sep="\n")
            if len(item.definitions) > 4 and not is_long:
                print(f"    and {len(item.definitions) - 4} more")
    print(f"\n{len(found)} commits without merges that touch src/ or pipeline/*.py; would make another model, by")
    for rule, counts in (
        ("files, as it was", [item for item in found if item.files]),
        ("definitions, as it is", [item for item in found if item.definitions]),
        ("whole modules, at most", [item for item in found if item.modules or item.definitions]),
    ):
        n_with = sum(item.has_pipeline for item in counts)
        print(f"  {rule}: {len(counts)}, {n_with} of them where there was a model to make before")


if __name__ == "__main__":
    main()
