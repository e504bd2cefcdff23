"""The words of the pages of this feature, in one language at a time; the catalogue is texts.yaml beside."""

from functools import partial
from pathlib import Path

from api.texts import read_texts

CATALOGUE = Path(__file__).with_name("texts.yaml")
load_texts = partial(read_texts, CATALOGUE)
