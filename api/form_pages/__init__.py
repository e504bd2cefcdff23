"""A questionnaire as pages for a phone, which need no script."""
