"""The only place where the parts of the service are joined."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles

from api import health
from api.body_limit import BodyLimit
from api.catalogue import open_catalogue
from api.clock import Clock, utc_now
from api.comments import routes as comments_routes
from api.db import make_engine
from api.error_replies import add_error_replies
from api.form_pages import embedding_routes, invited_routes, proving
from api.form_pages import routes as form_pages_routes
from api.head_requests import HeadRequests
from api.home import routes as home_routes
from api.interviews import routes as interviews_routes
from api.interviews import staff_routes as interviews_staff_routes
from api.invitations import routes as invitations_routes
from api.kiosks import device_routes as kiosk_device_routes
from api.kiosks import page_routes as kiosk_page_routes
from api.kiosks import routes as kiosk_routes
from api.kiosks import staff_routes as kiosk_staff_routes
from api.kiosks.desk import KioskDesk
from api.kiosks.device_guard import require_device
from api.nightly import routes as nightly_routes
from api.openapi import describe_with_problems
from api.paper import routes as paper_routes
from api.privacy import routes as privacy_routes
from api.privacy import staff_routes as privacy_staff_routes
from api.proof_of_work import ProofDesk
from api.qr import routes as qr_routes
from api.rate_limit import RateLimit
from api.receiving.receiver import Receiver
from api.registry import routes as registry_routes
from api.releases import routes as releases_routes
from api.responses import form_routes, import_routes
from api.responses import routes as responses_routes
from api.results import routes as results_routes
from api.sealing import read_or_make_secret
from api.security_headers import SecurityHeaders
from api.settings import Settings
from api.signals import routes as signals_routes
from api.staff import routes as staff_routes
from api.staff.throttle import SignInThrottle
from api.trailing_slash import TrailingSlash
from api.transactions import routes as transactions_routes
from survey_forms.loader import Catalogue
from survey_forms.pages.kiosk.assets import read_assets

PROOF_KEY_FILE = "proof-key"  # workers and machines share the folder, or each asks people for its own proof
PRIVACY_POSTS_PER_MINUTE = 30  # of an address: people behind a shared one, not a program that tries codes

# Routes that anyone may call; every other one has a guard (tests/test_house.py).
PUBLIC_PATHS = frozenset(
    {
        "/",
        "/health",
        "/f/{form}",
        "/f/{form}/thanks",
        "/static/form.css",
        "/static/form.js",
        "/static/form.svg",
        "/static/proof.js",
        "/api/v1/openapi.json",
        "/api/v1/forms",
        "/api/v1/indices",
        "/api/v1/forms/{form}/{version}",
        "/api/v1/kiosks/enrol",
        "/api/v1/kiosks/me/events",
        "/api/v1/procedures",
        "/api/v1/receipts/key",
        "/api/v1/responses",
        "/api/v1/units",
        "/api/v1/units/{code}",
        "/kiosk",
        "/kiosk/app/{version}/{path:path}",
        "/kiosk/manifest.webmanifest",
        "/kiosk/sw.js",
        "/q/{code}",
        "/q/{code}/{form}",
        "/privacy",
        "/privacy/deletion",
        "/privacy/response",
        "/results",
        "/results/{month}/{form}",
        "/staff/invitation/{token}",
        "/staff/oidc/callback",
        "/staff/oidc/start",
        "/staff/sign-in",
        "/t",
        "/t/answer",
        "/t/form",
        "/t/thanks",
        "/static/site",
        "/widget",
        "/widget.js",
        "/widget/{form}",
        "/widget/{form}/thanks",
    }
)


def create_app(settings: Settings, *, clock: Clock = utc_now, forms: Catalogue | None = None) -> FastAPI:
    """The service, ready to serve; opens no connection before the first request."""
    app = FastAPI(
        title="hailong",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
        lifespan=_live,
    )
    app.state.settings = settings
    app.state.clock = clock
    app.state.engine = make_engine(settings.database_url)
    app.state.forms = forms or open_catalogue(settings)
    app.state.receiver = Receiver(app.state.engine, forms=app.state.forms, clock=clock, zone=settings.zone)
    app.state.kiosk_assets = read_assets()
    app.state.kiosks = KioskDesk(
        app.state.engine,
        app.state.receiver,
        clock=clock,
        zone=settings.zone,
        folder=settings.var_folder,
        app_version=app.state.kiosk_assets.version,
    )
    app.state.rate_limit = RateLimit(settings.public_posts_per_minute)
    app.state.proof_desk = ProofDesk(
        lambda: read_or_make_secret(settings.var_folder / PROOF_KEY_FILE, secrets.token_hex),
        seconds=lambda: clock().timestamp(),
    )
    app.state.privacy_limit = RateLimit(PRIVACY_POSTS_PER_MINUTE)
    app.state.sign_in_throttle = SignInThrottle()
    app.add_middleware(
        BodyLimit,
        bytes_max=settings.body_bytes_max,
        of_path={
            "/api/v1/responses/batch": settings.batch_bytes_max,
            "/api/v1/import/responses": settings.batch_bytes_max,
            "/api/v1/import/transactions": settings.batch_bytes_max,
            "/api/v1/kiosks/me/responses": settings.batch_bytes_max,
            "/staff/interviews": settings.batch_bytes_max,
        },
    )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(HeadRequests)
    app.add_middleware(TrailingSlash)
    add_error_replies(app)
    describe_with_problems(app)
    app.include_router(health.router)
    app.include_router(home_routes.router)
    app.include_router(embedding_routes.router)
    app.include_router(form_pages_routes.router)
    app.include_router(invited_routes.router)
    app.include_router(proving.router)
    app.include_router(invitations_routes.router)
    app.include_router(qr_routes.router)
    app.include_router(paper_routes.router)
    app.include_router(interviews_routes.make_router(require_device))
    app.include_router(interviews_staff_routes.router)
    app.include_router(kiosk_page_routes.router)
    app.include_router(kiosk_device_routes.router)
    app.include_router(kiosk_routes.router)
    app.include_router(kiosk_staff_routes.router)
    app.include_router(form_routes.router)
    app.include_router(responses_routes.router)
    app.include_router(import_routes.router)
    app.include_router(results_routes.router)
    app.include_router(registry_routes.router)
    app.include_router(transactions_routes.router)
    app.include_router(releases_routes.router)
    app.include_router(comments_routes.router)
    app.include_router(privacy_routes.router)
    app.include_router(privacy_staff_routes.router)
    app.include_router(nightly_routes.router)
    app.include_router(signals_routes.router)
    app.include_router(staff_routes.router)
    app.mount("/static/site", StaticFiles(directory=Path(__file__).parent / "static"), name="site")
    return app


@asynccontextmanager
async def _live(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.kiosks.board.close()
    await run_in_threadpool(app.state.kiosks.close)
    await run_in_threadpool(app.state.receiver.close)  # what was received is written before the end
