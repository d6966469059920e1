"""Our server without checks, prediction log and metrics, only to tell what they cost: the product has no such switch."""

from __future__ import annotations

import sys

from modelratchet.serving import entry
from modelratchet.serving.__main__ import main
from modelratchet.serving.model import Model
from modelratchet.serving.predictor import Predictor
from modelratchet.serving.settings import ServingSettings
from modelratchet.storage.bundles import Bundle


def _unguarded(bundle: Bundle, settings: ServingSettings) -> Predictor:
    return Predictor(Model(bundle), None, settings.deadline_seconds)


if __name__ == "__main__":
    entry.predictor_of = _unguarded
    sys.exit(main())
