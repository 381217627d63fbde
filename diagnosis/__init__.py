"""The program `binder/diagnosis` of a derived repository: what a helper has to know of a session, in one file.

- `binder/diagnose` runs it; it is a program of its own, since launch is compiled at each start
- joined into one file as launch is: the standard library alone, and Python from 3.8 on
- whatever hangs, it ends within half a minute; whatever cannot be told is a line that says so
- it trusts nothing that it reads, follows no link, runs git with no configuration of the repository, and prints no
  control character
- no byte leaves it that `masking` has not seen

    main                     the command line
    contents                 what the file holds, each part with the time that it may take
    clock commands texts     deadlines, other programs, small texts of unknown origin
    names shapes values      what is secret: by its name, by its looks, and a value wherever it stands; `masking`
    session                  what launch says, or has left; `logs`
    machine processes        limits and use of memory and disk; processes and ports
    packages course places   versions, the course as it was made, data and its formats
    built worktree           what differs from what was built, and from the commit
    facts causes findings    what is wrong, in words; `ailments`: of one service
    summary archive          the text to paste, and the zip
"""
