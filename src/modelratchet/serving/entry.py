"""Puts the server together: settings, verified bundle, routes. Called by `__main__` in each worker."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping

import numpy as np

from modelratchet.core.schema import Schema
from modelratchet.serving.app import App, Application
from modelratchet.serving.batches import Answer
from modelratchet.serving.checks import Checker
from modelratchet.serving.model import Model
from modelratchet.serving.observing import Observer
from modelratchet.serving.parsers.records import Records
from modelratchet.serving.predictor import TELLING_ROWS, Predictor
from modelratchet.serving.samples import sample_rows, write_json
from modelratchet.serving.served import Served
from modelratchet.serving.settings import ServingSettings, read_settings
from modelratchet.serving.structured_log import AccessLog
from modelratchet.serving.table import table_of
from modelratchet.serving.tracing import Traced, is_switched_on
from modelratchet.storage.bundles import Bundle, read_bundle

_WARM_UP_RUNS = 20


def make_app() -> App:
    """The application that one worker runs.

    Raises:
        ConfigError: the settings are at fault.
        EvidenceError: the bundle is not there, was changed, or has a graph that is not served.
    """
    settings = read_settings()
    app = app_of(open_bundle(settings), settings)
    _keep_what_is_loaded()
    return app


def open_bundle(settings: ServingSettings) -> Bundle:
    """The bundle that is to be served, once all that speaks for it was checked.

    Raises:
        EvidenceError: it is not there, or was changed, or is not the one that `serving.json` speaks of, or not signed where a public key is set.
        ConfigError: that key cannot be used.
    """
    bundle = read_bundle(settings.bundle)
    settings.of(bundle)
    if settings.public_key is not None:
        from modelratchet.serving.signature import require_signature

        require_signature(bundle, settings.signature, settings.public_key)
    return bundle


def refuse_unservable(settings: ServingSettings) -> None:
    """Refuse once, before several workers start, what each of them would refuse again and again.

    Raises:
        ConfigError, EvidenceError: as `make_app` does.
    """
    bundle = open_bundle(settings)
    Model(bundle)
    Observer(bundle, settings.of(bundle))


def app_of(bundle: Bundle, settings: ServingSettings) -> App:
    """The application for a bundle that was checked."""
    np.seterr(
        over="ignore"
    )  # a number too large for float32 becomes infinite, which `checks` refuses; numpy would warn of each
    settings = settings.of(bundle)
    observer = Observer(bundle, settings)
    predictor = predictor_of(bundle, settings)
    example, _ = (_warm_up(predictor, bundle.schema, n_rows) for n_rows in (1, TELLING_ROWS))
    served = Served(bundle.schema, bundle.digest, settings, example, observer)
    # after the warm-up, which is none of the callers' business
    predictor.note_unusual = observer.unusual
    return App(table_of(served), predictor, settings, observer)


def make_server() -> Application:
    """What uvicorn runs: the application of `make_app`, and around it what the environment asks for.

    Raises:
        ConfigError, EvidenceError: as `make_app` does.
    """
    return watched(make_app(), os.environ)


def watched(app: App, environment: Mapping[str, str]) -> Application:
    """The application itself, or behind what logs and traces every request, where the environment asks for it: that costs time."""
    outermost: Application = app
    if _logs_requests(environment):
        outermost = AccessLog(outermost)
    if is_switched_on(environment):
        outermost = Traced(outermost, app.paths, environment)
    return outermost


def _logs_requests(environment: Mapping[str, str]) -> bool:
    return environment.get("RATCHET_ACCESS_LOG") == "1"


def predictor_of(bundle: Bundle, settings: ServingSettings) -> Predictor:
    """The prediction path for a bundle."""
    checker = Checker(
        bundle.schema,
        refuses_unseen=settings.unseen_categories == "refuse",
        refuses_out_of_range=settings.out_of_range == "refuse",
    )
    return Predictor(Model(bundle), checker, settings.deadline_seconds)


def _keep_what_is_loaded() -> None:
    """What is there now stays until the end: the collector need not look at it again, which would hold up requests for tens of milliseconds."""
    gc.collect()
    gc.freeze()


def _warm_up(predictor: Predictor, schema: Schema, n_rows: int) -> Answer:
    batch = Records(schema, n_rows)(write_json({"rows": sample_rows(schema, n_rows)}))
    for _ in range(_WARM_UP_RUNS - 1):
        predictor.answer(batch)
    return predictor.answer(batch)
