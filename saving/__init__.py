"""The program `binder/saving` of a derived repository: a session goes into an archive, and comes out of one.

- `launch --with saving` runs it, for `binder/save` and `binder/restore`: it has launch's rooms, and launch none of its
- the standard library alone, and Python from 3.8 on

    main                     the two commands and what is said at their end
    save restore looking     what each does, in order, and whether an archive fits here
    manifest archive verify  what is in an archive, how one is written, what is believed of one
    dumps held copied        a service's own dump, or its data while launch holds it
    rebuilt replaced         data made of a dump, and data put into place
    work course              which files are somebody's work, and whose course this is
    placed                   files put into place
"""
