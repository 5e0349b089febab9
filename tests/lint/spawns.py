#!/usr/bin/env python3
"""No shell is built from anybody's text: nothing in src calls one, and the only program that lind starts is the C compiler."""
import re

import house

SHELLS = re.compile(r"\b(system|popen|wordexp|execl|execlp|execle|execv|execvp|execve|execvpe|fork|vfork|posix_spawn|posix_spawnp)\s*\(")
STARTS = {"src/language/library/compile.c": {"posix_spawnp"}}


def main():
    offenders, allowed = [], 0
    for name in house.files(".c", ".h", under=("src/", "include/")):
        for number, line in enumerate(house.bare(house.text(name)).splitlines(), 1):
            for call in SHELLS.findall(line):
                if call in STARTS.get(name, ()):
                    allowed += 1
                else:
                    offenders.append(f"{name}:{number}: calls {call}; a shell is no part of lind, and programs are started in {', '.join(STARTS)} alone")
    if allowed != 1:
        offenders.append(f"the C compiler is started in {allowed} places, not in one; is this rule still looking in the right place?")
    house.verdict(offenders, "no shell, and one program that is started")


main()
