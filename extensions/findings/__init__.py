"""What a reader is told: it changes nothing.

A rule is declared where it is found, and docs/findings.md is made of the rules (`page`).

    packs ignored runtime names texts   of a foreign directory: what repo2docker would have done, and does not here
    packages                            of names in apt.txt; `packages.tsv` is the table
"""
