"""It reads the files that an author wants in a database, and knows no server: a component has it in its `service/`.

- a component places it as one file, `service/seeding.py.jinja`, whose text is `{{ bundle("seeding") }}`
- its `load` runs it, `seeding.py FILE URL COMMAND...`, or imports from it what it needs
- it runs in the environment of the notebook; SQLAlchemy is imported where it is used, as not all need it

    main     the command line: what becomes of a file
    columns  the type of each column, and a table filled in whatever database there is
    tables   a table that somebody exported as text
    packed   files that are packed, or UTF-16
    looks    what a file is that is not what its name says
"""

from .columns import kinds
from .looks import head_of, looks_like
from .packed import unpacked
from .tables import Row, Table, TableError, read_table

__all__ = ["Row", "Table", "TableError", "head_of", "kinds", "looks_like", "read_table", "unpacked"]
