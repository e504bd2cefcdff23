"""The questionnaires this service knows: those shipped and the office's own."""

from api.settings import Settings
from survey_forms.loader import Catalogue, load_catalogue


def open_catalogue(settings: Settings) -> Catalogue:
    """Every form version, shipped or in ``settings.forms_folder``; FormErrors with all that is wrong."""
    return load_catalogue(own=settings.forms_folder)
