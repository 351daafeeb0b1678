"""The other end of `child.ts`: a process that stays and answers requests for timings.

A request is a line of JSON, {"task", "count", ...options}; the answer is a line {"seconds"}: the time of one call, of
`count` calls. A task is a function of its options that returns a function of nothing, which blocks until its result is
there; it is made once for each choice of options.
"""

import json
import sys
import time


def serve(tasks):
    made = {}
    for line in sys.stdin:
        options = json.loads(line)
        task, count = options.pop("task"), options.pop("count")
        which = json.dumps([task, options], sort_keys=True)
        if which not in made:
            made[which] = tasks[task](**options)
            made[which]()
        call = made[which]
        start = time.perf_counter()
        for _ in range(count):
            call()
        seconds = (time.perf_counter() - start) / count
        print(json.dumps({"seconds": seconds}), flush=True)
