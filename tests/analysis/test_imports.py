"""analysis stands without the web and the database: a figure can be recomputed from a folder and a commit."""

import subprocess
import sys

PROGRAM = """
import importlib, pkgutil, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"fastapi", "starlette", "sqlmodel", "sqlalchemy", "api"}:
            raise ImportError(name)

sys.meta_path.insert(0, Refuse())
import analysis
for module in pkgutil.walk_packages(analysis.__path__, "analysis."):
    importlib.import_module(module.name)
"""


def test_every_module_of_analysis_imports_without_web_and_database():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
