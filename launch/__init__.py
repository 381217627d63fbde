"""The program `binder/launch` of a derived repository, a room for each of its concepts.

- `extensions/bundle.py` makes one file of the rooms, and that file is what a repository gets and what the tests run
- it runs in the container: the standard library alone, any Python from 3.10 on
- it is compiled at every start, and milliseconds count before the services are under way: what is not needed until
  then is imported where it is used, what only the type checker needs below `if TYPE_CHECKING`
- no two rooms define the same name; a room's docstring is its part of the program's specification
"""
