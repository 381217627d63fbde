"""What somebody answered, looked at before anything is composed.

questions    the questions as data, and the answers that follow from some
given        answers given on the command line, checked; `refuse` is what every validator asks
spelling     names that no answer can have, and names that are misspelt
texts        what a text in an answer cannot hold
choices      the menus: labels and the names behind them
former       answers from before there were outputs
destination  what a copy would replace, and whether anything can be written
"""
