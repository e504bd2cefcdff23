"""Every page the service serves; ``OTHERS`` names the routes that answer with no page."""

from tests.browser.pages import citizen_scenes, office_scenes, paper_scenes, staff_scenes
from tests.browser.pages.parts import Scene

ROOMS: dict[str, tuple[Scene, ...]] = {
    "citizens": citizen_scenes.SCENES,
    "staff": staff_scenes.SCENES,
    "paper": paper_scenes.SCENES,
    "office": office_scenes.SCENES,
}

# Routes that answer with no page: 303 onward, or a file.
OTHERS = frozenset(
    {
        *("GET /health", "GET /widget.js", "GET /q/{code}/{form}", "GET /t/form", "GET /t/answer"),
        *("GET /static/form.css", "GET /static/form.js", "GET /static/form.svg", "GET /static/proof.js"),
        *("GET /kiosk/sw.js", "GET /kiosk/manifest.webmanifest", "GET /kiosk/app/{version}/{path:path}"),
        *("GET /staff/qr/sheet", "GET /staff/paper/sheet.css", "GET /results", "GET /staff/oidc/start"),
        *("POST /staff/sign-out", "POST /staff/sign-out-everywhere", "POST /staff/accounts/{id}/disable"),
        *("POST /staff/kiosks/{id}/rollback", "POST /staff/kiosks/{id}/revoke", "POST /staff/kiosks/{id}/retry"),
        *("POST /staff/kiosks/{id}/close", "POST /staff/comments/screen", "POST /staff/paper/{batch}/take-out"),
    }
)
