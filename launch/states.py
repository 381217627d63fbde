"""The states of a service.

    starting      `ready` has not said yes yet
    ready         `ready` has said yes
    restarting    it has ended, and starts again after a rest
    failed        it has ended too often, and starts again when somebody asks for it
    on-demand     nobody has asked for it yet
    stopped       launch has not started it yet, or has stopped it

A hook is `done` or `failed`; where it takes longer than the notebook waits, `running`, and those after it `waiting`.
"""

STARTING, READY, RESTARTING, FAILED = "starting", "ready", "restarting", "failed"
ON_DEMAND, STOPPED = "on-demand", "stopped"
DONE, RUNNING, WAITING = "done", "running", "waiting"  # of a hook
UNKNOWN = "-"  # of what only verify.d knows
UNSETTLED = {STARTING, RESTARTING}  # the notebook waits for it
SETTLED = {READY, FAILED}  # a build goes on
FINE = {READY, ON_DEMAND, DONE, UNKNOWN}  # there is nothing to complain of
