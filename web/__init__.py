"""A page on which a course is composed, in a browser alone: no server, no request to another host, offline afterwards.

building     the catalogue, Copier and Python in WebAssembly, packed into `web/dist`
serving      that folder on this machine, compressed, with the headers that a careful host would send
composer     what runs in the page's worker: Copier and the engine, asked by the page
page         what the browser shows: plain elements, and modules without a build step

`python -m web build` makes the page, `python -m web serve` shows it.
"""
