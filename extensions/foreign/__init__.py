"""What somebody else wrote: nothing about it is trusted.

directory                 a Binder directory, wherever it is from; `pack`: which build pack reads it
adopt again adoption dead what stands in the destination -> the answer, once more -> directories, what is left over
imports                   pinned references -> directories: `reference` and `repository` read them, `objects`
                          fetches, `tree` and `symlinks` say what is safe
scripts                   their postBuild and start -> files; `shell` and `script_findings` read them
carry named               which files come along, by what scripts and lists name
"""
