"""Text in, text out: no folder, no answer, no component.

A merger takes fragments and gives entries with their provenance, clashes and findings; it writes them, too:

    apt downloads env    the files of these names
    pip                  requirements.txt, requirements.late.txt and `pip:` lists: `requirement`, `paths`, `indices`
    environment_yml      environment.yml: `environment_reader`, `channels`, `python`, `both`, `included`,
                         `environment_text`

What people wrote elsewhere, for another machine or program, is read by `apt_lines`, `pip_lines`, `spelling`, `kinds`,
`exports`; `unfit` and `names` are tables.

What they stand on: `wants` groups and decides who wins, the first in the order of `Composition.fragments`; whether the
others may lose is decided by `clashes`. `lines` and the `yaml_*` read; `specs`, `requirement` and `versions` compare.
"""
