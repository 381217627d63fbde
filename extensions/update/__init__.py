"""What runs in a repository that has an author, before or after Copier's merge.

before            what the last update left in HEAD
migrate           before the new version is rendered: names of answers and components
settle weave      after Copier's merge: lines that git takes for a conflict, files that stay or stay deleted
own               the author's own lines against the generated ones
changelog since   the changelog as data, and what of it is new; `changes`: for one repository
kept              a new name of the course, and the data in its old folder
closing           what a copy or an update ends with, below copier.yml's own message
"""
