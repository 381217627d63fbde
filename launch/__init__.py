"""The program `binder/launch` of a derived repository, a room for each of its concepts.

- `extensions/bundle.py` makes one file of the rooms, and that file is what a repository gets and what the tests run
- it runs in the container: the standard library alone, and Python from 3.8 on, which an author may have pinned
- it is compiled at every start, and milliseconds count before the services are under way: what is not needed until
  then is imported where it is used, what only the type checker needs below `if TYPE_CHECKING`
- no two rooms define the same name; a room's docstring is its part of the program's specification

    main                     the command line and its defaults: deadline 20 s, grace 8 s
    stages session           what is started, waited for and stopped, in order
    service states readiness what one service does; `preparation`: before it is one, `groups`: what it leaves behind
    data owner aside         what it keeps, whose that is, and what is not opened; `places`: where it has what
    loop processes family    children, descriptors, timers; `logs`: that what they write has an end
    hooks exports            start.d, and what it exports
    firsts first once        first.d, which runs beside the notebook; `after`: the services that wait for it
    build seeds              the data that a build prepares of the author's files
    requests client          the control socket, and who asks through it; `status`, `verification`
    words files renviron     texts and small files; R's variables
"""
