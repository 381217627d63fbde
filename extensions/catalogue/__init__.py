"""The names of the files in a unit, and nothing of what is in them.

units          the nouns: `Component`, `Output`, `Catalogue`
keys manifest  what a manifest may say, and its reader
selection      asked for -> installed, in order
files          which file of a unit is merged, placed, or about the unit
companions     what comes along by itself, and may be left out
java provided  what the installed components ask of Java, and give one another
"""
