# SPDX-License-Identifier: Apache-2.0
"""How fast Qalam is, as ratios to its peers in one run: `make bench`, `python -m bench NAME`.

    table      figures of interleaved rounds, and how they are printed (every benchmark uses it)
    clock      CPU time of a process, read the same way for every peer; processors to pin to
    confined   a network of its own, where names are answered at port 53
    world      the small internet that is probed: names, certificates, an HTTPS server
    peers      who is compared: each runs its probes in a process of its own
    probes     probes per CPU-second
    memory     one process with 500 measurements in flight
    judging    verdicts per second
    intake     rows of a file taken in, and what matching one costs as the record grows

No result is kept in the code and none is made up: a peer that is missing is named with the reason.
`docs/performance.md` tells the method. Nothing in `app` or `workers` imports this.
"""
