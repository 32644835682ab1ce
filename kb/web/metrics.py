"""Figures for machines that watch, in the text format of Prometheus."""

import hmac
from collections.abc import Iterator
from ipaddress import ip_address

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import current_session
from kb.errors import NotFound
from kb.jobs import Job
from kb.search.engine import Engine, NoIndex
from kb.search.engines import engine_of
from kb.search.reconciling import lag
from kb.web.limits import limiter

bp = Blueprint("metrics", __name__)

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
"""Headers of proxies: what carries one came from farther away than its address says."""


@bp.get("/metrics")
@limiter.exempt
def metrics() -> Response:
    """How far search is behind and how much waits, for this machine and for whoever has the token; else 404."""
    if not (_is_local() or _has_token()):
        raise NotFound
    registry = CollectorRegistry()
    registry.register(_Figures(current_session(), engine_of(current_app.extensions)))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """Everything is read when it is asked for: it is the same whichever process answers."""

    def __init__(self, session: Session, engine: Engine) -> None:
        self._session, self._engine = session, engine

    def describe(self) -> list[Metric]:
        """Say nothing, so that registering reads nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        yield from self._search()
        yield from self._jobs()

    def _search(self) -> Iterator[Metric]:
        state = self._engine.state()
        ready = GaugeMetricFamily("kb_search_ready", "Whether there is a search index", labels=["engine"])
        ready.add_metric([state.name], float(state.ready))
        yield ready
        yield GaugeMetricFamily("kb_search_documents", "Documents in the index", value=state.documents)
        yield GaugeMetricFamily("kb_search_segments", "Parts the index consists of", value=state.segments)
        try:
            behind = lag(self._session, self._engine)
        except NoIndex:
            return
        yield GaugeMetricFamily("kb_search_lag_changes", "Changes that are not in the index", value=behind.changes)
        yield GaugeMetricFamily("kb_search_lag_seconds", "Age of the oldest of them", value=behind.seconds)

    def _jobs(self) -> Iterator[Metric]:
        due = GaugeMetricFamily("kb_jobs_due", "Jobs whose time has come and that are not done", labels=["lane"])
        waiting = Job.done_at.is_(None) & Job.failed_at.is_(None) & (Job.run_at <= clock.now())
        for lane, count in self._session.execute(select(Job.lane, func.count()).where(waiting).group_by(Job.lane)):
            due.add_metric([lane], count)
        yield due
        failed = select(func.count()).select_from(Job).where(Job.failed_at.is_not(None))
        value = self._session.scalar(failed) or 0
        yield GaugeMetricFamily("kb_jobs_failed", "Jobs that were given up after eight tries", value=value)


def _is_local() -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token() -> bool:
    token = current_app.config["SETTINGS"].metrics_token
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if token is None or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), token.encode())
