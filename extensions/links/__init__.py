"""A place -> an address.

place    a repository and what to open in it, as people write it
pasted   the same as a browser or an archive shows it
server   the address of a hub or a Binder
address  the link that a student clicks on
folders  where a session clones content to
"""
