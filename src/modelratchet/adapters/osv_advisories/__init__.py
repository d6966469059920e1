"""The port `AdvisorySource` on OSV's records: saved ones, or those that its service tells."""

from __future__ import annotations

from modelratchet.adapters.osv_advisories.saved import OsvAdvisories
from modelratchet.adapters.osv_advisories.service import OsvService

__all__ = ["OsvAdvisories", "OsvService"]
