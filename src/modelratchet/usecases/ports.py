"""What the use cases need from the outside, each with one fake and at least one adapter of the same name.

Adapters translate their vendor's errors: what may succeed on a retry becomes an `OutsideError`, what cannot be
trusted an `EvidenceError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from modelratchet.core.evidence import DataCheck
from modelratchet.core.ledger import Event, State, StoredEvent
from modelratchet.core.model_tests import ModelTest
from modelratchet.core.page.model import Link
from modelratchet.core.run_facts import RunFacts
from modelratchet.storage.bundles import Bundle

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SourceRows:
    """Rows as a source gave them. `names` are all its columns; `frame` holds at least those that were asked for and exist."""

    frame: pd.DataFrame
    names: tuple[str, ...]


class RowSource(Protocol):
    """Where rows come from."""

    def read(self, wanted: Sequence[str]) -> SourceRows:
        """Read the wanted columns of all rows, in an order that does not change from one call to the next.

        A column that the source lacks is no error here: who asked knows what it was for.

        Raises:
            InputError: there is no such source.
            DataError: it is there and cannot be read.
            OutsideError: it cannot be reached now.
        """


@dataclass(frozen=True)
class RegisteredVersion:
    """A version of a registered model that is whole: its bundle was read back and its digests compared.

    `run_id` is the run that made it, `verdict_run_id` the run of the latest verdict on it; they differ once a bundle has
    been judged again, under another policy, say.
    """

    model: str
    version: str
    run_id: str
    verdict_run_id: str
    bundle_digest: str
    experiment_id: str


@dataclass(frozen=True)
class RunDataset:
    """Rows that a run used. `digest` is ours, over the whole file; `role` is training or holdout.

    `columns` maps each column to its type's name.
    """

    name: str
    role: str
    digest: str
    n_rows: int
    location: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class RunPlace:
    """A run in the registry."""

    experiment_id: str
    run_id: str


@dataclass(frozen=True)
class RunPages:
    """What a run shows of its verdict: `note` is Markdown for the run's own page, `files` maps names at the artifact root to texts."""

    note: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class CandidateRecord:
    """One candidate as it goes to the registry.

    `key` names the verdict and makes recording idempotent: a run that carries it already is found, not made again.
    A bundle has one version, however often it is judged: `verdict_tags` are of the latest verdict, `tags` of the
    first one.
    `attachments` maps a name at the artifact root (`roc.png`, `verdict.json`) to the local file; MLflow's compare page pairs
    only files at the root that have equal names. `pages` writes the verdict's pages, once the run that they link to is made; equal places
    give equal pages. `example` holds a few holdout rows, features only.
    """

    model: str
    key: str
    run_name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    verdict_tags: Mapping[str, str]
    datasets: tuple[RunDataset, ...]
    attachments: Mapping[str, Path]
    bundle: Path
    pages: Callable[[RunPlace], RunPages]
    example: tuple[Mapping[str, float | str | None], ...]


class ModelRegistry(Protocol):
    """Runs and model versions."""

    def fetch_bundle(self, version: RegisteredVersion, directory: Path) -> None:
        """Write a version's bundle to `directory`, whole and verified against its digest, or not at all.

        Raises:
            TrackingError: the registry cannot be asked now.
            DigestError: the stored bytes are not the ones that were registered.
        """

    def find(self, model: str, key: str) -> RegisteredVersion | None:
        """The whole version whose latest verdict is the one that the key names, or None."""

    def version(self, model: str, number: str) -> RegisteredVersion | None:
        """A whole version by its number, or None.

        Raises:
            TrackingError: the registry cannot be asked now.
        """

    def facts(self, version: RegisteredVersion) -> RunFacts:
        """What the run that made a version says of it. A run that someone deleted leaves the version's tags, and no params or datasets.

        Raises:
            TrackingError: the registry cannot be asked now.
        """

    def show_override(self, version: RegisteredVersion, override: str) -> None:
        """Put an override on the pages of a version and of its latest verdict's run. Idempotent.

        Raises:
            TrackingError: the registry cannot be asked now.
        """

    def judged_on_holdout(self, model: str, holdout_digest: str) -> tuple[str, ...]:
        """Digests of the bundles that a verdict was recorded on with this holdout, each once, the first judged first."""

    def judged_against_anchor(self, model: str, anchor_digest: str) -> tuple[str, ...]:
        """Digests of the bundles that a verdict was recorded on with this anchor's bundle, each once, the first judged first."""

    def record(self, candidate: CandidateRecord) -> RegisteredVersion:
        """Record a candidate: run, artifacts, version. Calling it again with the same key changes nothing.

        A bundle that has a version keeps it: a run is added, and the version gets the verdict's tags.

        Raises:
            TrackingError: the registry failed; nothing counts as whole, and a later call completes it.
        """


@dataclass(frozen=True)
class Projection:
    """What the registry shows of a ledger to everyone else; None where nothing is shown.

    `champion` and `anchor` are the versions that the aliases name, `head` and `counter` what the model's tags say. Never the truth: a promoter
    may be killed before it is written, or write it late.
    """

    champion: str | None
    anchor: str | None
    head: str | None
    counter: int | None


class Ledger(Protocol):
    """Where promotion events are kept: append-only, each numbered by the store. `core.ledger.fold` makes the state of them."""

    def read(self, model: str) -> tuple[StoredEvent, ...]:
        """All events ever stored, by rising number, those that lost too.

        Raises:
            TrackingError: the store cannot be asked now.
            EvidenceError: a text is not the one that was stored. Missing numbers and all else are for `core.ledger.fold` to find.
        """

    def append(self, event: Event) -> None:
        """Store an event. Whether it won is told by the next `read`: of several with one parent the lowest number wins.

        A lost reply may store it twice; the second then names a parent that is head no longer, and is void.

        Raises:
            TrackingError: the store did not answer; the event may or may not be there, and its nonce tells.
        """

    def projection(self, model: str) -> Projection:
        """What aliases and tags say now.

        Raises:
            TrackingError: the store cannot be asked now.
        """

    def project(self, state: State) -> bool:
        """Make the aliases `champion` and `anchor`, and the model's tags, say what the ledger says. Idempotent.

        Another promoter may be at it with a newer state: the ledger is read again afterwards, until the two agree.

        Args:
            state: as the ledger was read last; one that is older is made good for.

        Returns:
            Whether anything had to be changed.

        Raises:
            TrackingError: the store cannot be asked now, or others write too fast; a later call completes it.
            EvidenceError: the ledger cannot be believed.
        """


@dataclass(frozen=True)
class RecordedRun:
    """A whole run of a candidate. `key` is the digest of its verdict, `version` its bundle's version, `tags` all that it carries."""

    run_id: str
    key: str
    version: str
    tags: Mapping[str, str]


class RunFiles(Protocol):
    """The files at the artifact root of runs, by name."""

    def runs(self, model: str) -> tuple[RecordedRun, ...]:
        """All whole runs, the oldest first.

        Raises:
            TrackingError: the store cannot be asked now.
        """

    def run(self, run_id: str) -> RecordedRun | None:
        """A whole run, or None."""

    def read(self, run_id: str, name: str) -> bytes | None:
        """A file's bytes, not yet believed; None where the run has none of that name."""

    def attach(self, run_id: str, name: str, data: bytes) -> None:
        """Put a file beside the others, in place of one of that name, and read it back.

        Raises:
            TrackingError: the store cannot be asked now.
            DigestError: it was stored with other bytes.
        """


def signature_path(path: Path) -> Path:
    """Where the signature of a file lies: beside it.

    >>> signature_path(Path("certificates/flights-3.json")).name
    'flights-3.json.sig'
    """
    return path.with_name(path.name + ".sig")


class SignatureVerifier(Protocol):
    """Knows a public key."""

    def verify(self, path: Path) -> None:
        """Check a file's signature.

        Raises:
            MissingEvidenceError: the file or its signature is not there.
            EvidenceError: it was signed with another key, or file or signature was changed since.
        """


class Signer(SignatureVerifier, Protocol):
    """Has a private key; what it signed it can verify."""

    def sign(self, path: Path) -> Path:
        """Sign a file and give its signature's path.

        Raises:
            ConfigError: the key cannot be used.
        """


class Certificates(Protocol):
    """Certificates of ledger events."""

    def ensure(self, event: Event) -> Path:
        """Make, sign if there is a key, and store the certificate of an accepted event, unless all that is there and right. Idempotent.

        Raises:
            TrackingError: the store cannot be asked now; a later call completes it.
            EvidenceError: the event's version is not whole, or holds another bundle.
        """


@dataclass(frozen=True)
class Revision:
    """The sources that a candidate was made from. Outside a repository `commit` and `branch` are `unknown`.

    `is_dirty` is None where that cannot be told.
    """

    commit: str
    branch: str
    is_dirty: bool | None


class RunAddresses(Protocol):
    """Where a browser shows runs."""

    def links(self, run: RunPlace, champion: RunPlace | None) -> tuple[Link, ...]:
        """The run, its Data Docs and, with a champion, the page that compares the two; as http(s) addresses that work from anywhere."""

    def links_within(self, run: RunPlace, champion: RunPlace | None) -> tuple[Link, ...]:
        """The same for a text that the registry's own page shows, under whatever address it is open."""


class SourceControl(Protocol):
    """The repository that the project lies in."""

    def commit_address(self, commit: str) -> str | None:
        """The https page that shows a commit, without any password; None where the repository names no such remote."""

    def revision(self) -> Revision:
        """What is checked out. Never raises: a folder that is no repository is a fact, not a failure."""


class Checkouts(Protocol):
    """Other commits of the repository that the project lies in."""

    def read(self, revision: str, path: Path) -> bytes:
        """A file as it was, its path relative to the project.

        Raises:
            InputError: there is no such revision, or no such file in it.
        """

    def check_out(self, commit: str, folder: Path) -> Path:
        """Check a commit out below `folder`, which must not exist, with the data that DVC tracks in it; the project's own folder in there.

        Raises:
            EvidenceError: the commit, or data that it names by digest, is nowhere to be had.
        """

    def discard(self, folder: Path) -> None:
        """Take away what `check_out` made, also after it failed."""


class DatasetReader(Protocol):
    """Facts about files of rows, read without loading all of them."""

    def describe(self, path: Path, name: str, role: str) -> RunDataset:
        """A file's digest, size and columns.

        Raises:
            MissingEvidenceError: the file is not there.
        """

    def example(self, path: Path, columns: Sequence[str], n_rows: int) -> tuple[Mapping[str, float | str | None], ...]:
        """The first rows, only these columns; what is neither number nor missing comes as text."""


class Memory(Protocol):
    """Small facts kept between two runs on this machine; losing them costs time, nothing else."""

    def recall(self, name: str) -> object:
        """What was remembered, or None."""

    def remember(self, name: str, value: object) -> None:
        """Keep plain JSON data; replaces what was kept under that name."""


class DataChecker(Protocol):
    """Expectations on rows."""

    def check(self, table: Path, data_digest: str) -> DataCheck:
        """Check a Parquet file of rows against the suite, and build the pages that show the outcome.

        A failed expectation is an outcome, not an error.

        Raises:
            ConfigError: the suite is not there, or is none.
        """

    def suggest(self, table: Path, name: str) -> Path:
        """Write a suite that the rows meet as they are now, as a start for one of your own, and say where.

        Raises:
            InputError: there is a suite of that name already.
        """


class ModelTester(Protocol):
    """The data scientist's own tests of the candidate."""

    def run(self) -> tuple[ModelTest, ...]:
        """Run all tests that there are and say how each ended; none where there are none.

        Whatever a test does is an outcome, not an error: one that crashes, hangs or cannot be read has failed.
        """


@dataclass(frozen=True)
class StageStarted:
    """A stage's command began."""

    stage: str


@dataclass(frozen=True)
class StageKept:
    """A stage had nothing to do: its inputs are the ones of last time, or its outputs came from the cache."""

    stage: str


@dataclass(frozen=True)
class StageSaid:
    """A line that a stage, or the pipeline's engine, printed."""

    line: str


StageEvent = StageStarted | StageKept | StageSaid


@dataclass(frozen=True)
class RunRequest:
    """What to run: `stages` empty means all; `force` runs them though nothing changed.

    `journal` is the file that this run's stages append to.
    """

    stages: tuple[str, ...]
    force: bool
    journal: Path


class PipelineRunner(Protocol):
    """Runs the stages whose inputs changed."""

    def stages(self) -> tuple[str, ...]:
        """Names of all stages, in the order of `dvc.yaml`."""

    def run(self, request: RunRequest, watch: Callable[[StageEvent], None]) -> bool:
        """Run what has to run, telling `watch` as it happens. True when every stage ended well.

        Raises:
            OutsideError: another run holds the pipeline.
            KeyboardInterrupt: a person stopped it; the stage's process is gone when this is raised.
        """


@dataclass(frozen=True)
class Packaged:
    """A bento: its tag, and the folder it lies in."""

    tag: str
    folder: Path


class Packager(Protocol):
    """Makes something that can be served out of a bundle."""

    def package(self, bundle: Bundle) -> Packaged:
        """Build it; an equal bundle gives an equal tag.

        Raises:
            OutsideError: the build failed.
        """


Rows = Sequence[Mapping[str, float | str | None]]


class ServedModel(Protocol):
    """A server process of its own, started with one bundle."""

    def await_answer(self, rows: Rows) -> float:
        """Wait until the server answers these rows with its bundle, and say how many milliseconds after its start it did.

        Raises:
            OutsideError: it ended, or did not answer in time, or answered with another bundle.
        """

    def requests(self, calls: Sequence[Rows]) -> Sequence[Callable[[], object]]:
        """Requests that are ready to be sent, one after the other over one connection; each waits for its answer.

        A request raises OutsideError when the server refuses it, or is gone.
        """

    def processor_ns(self) -> int:
        """Processor time that the process that answers used so far; 0 where that cannot be read."""

    def memory_bytes(self) -> int | None:
        """Resident memory of all its processes together; None where that cannot be read."""


class ModelServer(Protocol):
    """Serves bundles as the image does."""

    def serve(self, bundle: Bundle) -> AbstractContextManager[ServedModel]:
        """Start a server and go on at once; it is ended with the block, whatever happens.

        Raises:
            OutsideError: it cannot be started.
        """
