"""The language in which messages, warnings and explanations are shown.

Exceptions and warnings carry English text in every language, so that programs that look for words
in it keep working. Where Python shows them to people (an uncaught exception, a warning, a notebook
cell) the text is translated by a table of patterns, which is loaded when it is first needed.
"""

from flambeau.core.language.choice import get_language
from flambeau.core.language.showing import set_language, start, text_of
from flambeau.core.language.translation import say, translate

__all__ = ["get_language", "say", "set_language", "start", "text_of", "translate"]
