"""The states of a service.

    starting      `ready` has not said yes yet
    ready         `ready` has said yes
    restarting    it has ended, and starts again after a rest
    failed        it has ended too often, and starts again when somebody asks for it
    on-demand     nobody has asked for it yet
    stopped       launch has not started it yet, or has stopped it
    waiting       it starts when scripts of first.d are done
    held          it is stopped while somebody copies or replaces its data

A hook is `done` or `failed`; where it takes longer than the notebook waits, `running`, and those after it `waiting`.
A script of first.d is `waiting`, `running`, then `done` or `failed`, or `stopped` where the session has ended before.
"""

STARTING, READY, RESTARTING, FAILED = "starting", "ready", "restarting", "failed"
ON_DEMAND, STOPPED, HELD = "on-demand", "stopped", "held"
DONE, RUNNING, WAITING = "done", "running", "waiting"  # of a script
UNKNOWN = "-"  # of what only verify.d knows
HELD_REASON = "its data is copied or replaced, and it starts again after that"
UNSETTLED = {STARTING, RESTARTING}  # the notebook waits for it
SETTLED = {READY, FAILED}  # a build goes on
FINE = {READY, ON_DEMAND, DONE, UNKNOWN}  # there is nothing to complain of
