"""From a YAML file to the parts of a Form, gathering everything that is wrong on the way."""
