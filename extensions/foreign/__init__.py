"""What somebody else wrote: nothing about it is trusted.

directory                 a Binder directory, wherever it is from; `pack`: which build pack reads it
adopt again               what stands in the destination -> the answer, at first and in an update
adoption dead             the answer -> directories, and what of them is read no more
imports                   pinned references -> directories: `reference` and `repository` read them, `objects`
                          fetches, `tree` and `symlinks` say what is safe, `ours` which of them we made
scripts                   their postBuild and start -> files, and what is found in them: `script_findings`, `home`,
                          `root`, `slow`; `shell` sees lines
calls runs                what scripts run, by their text: `reader`, `commands`, `wrappers`, `python_calls`, `call`;
                          `places` and `written` say where that leads and writes, `source` cites it
carry named tools         which files come along, by what scripts and lists name, and by the tools that they call
portable                  by their own names
helpers listed proxied    what adopted scripts and lists use of their repository; what configurations put behind the
                          proxy
"""
