"""What runs in the page's worker, in Python that is WebAssembly; anywhere else, too, so that tests can call it.

standins     modules and processes that WebAssembly does not have
interview    Copier's questions, answered from the page's state instead of a terminal
composing    a state -> the questions as shown, the files, what is found and what it costs
provenance   which block a file or a line of it is from
opening      pasted and dropped files -> a folder to adopt from, or answers
taking       a state -> what is taken away: a zip, a data file, a command, a link
session      what the page asks for, as JSON: the only module that the page calls
"""

from . import standins

standins.install()  # before anything else is imported
