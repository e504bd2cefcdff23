"""Free text of responses: screened before anybody reads it, its original sealed and deleted after a set time."""
