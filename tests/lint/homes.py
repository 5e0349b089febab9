#!/usr/bin/env python3
"""A library has one home: its headers are included there and nowhere else."""
import re

import house

HOMES = [  # header, folders
    (r"mpi\.h", "parallel tissue"),
    (r"omp\.h", "parallel"),
    (r"hdf5.*\.h|H5.*\.h", "store"),
    (r"petsc.*\.h", "tissue"),
    (r"(cvode|cvodes|kinsol|ida|idas|arkode|nvector|sunmatrix|sunlinsol|sunnonlinsol|sundials)/.*", "numerics"),
    (r"gsl/.*", "numerics"),
    (r"Random123/.*", "numerics"),
    (r"sleef\.h", "numerics"),
    (r"zlib\.h", "store"),
    (r"jansson\.h", "report app store"),
    (r"libfyaml\.h", "base"),
    (r"sodium\.h|xxhash\.h", "base"),
    (r"sbml/.*", "language"),
    (r"dlfcn\.h", "language tissue"),
    (r"readstat\.h", "store"),
]


def main():
    offenders = []
    for name in house.files(".c", ".h", under=("src/", "include/")):
        folder = house.folder_of(name)
        for line, header in house.includes(name):
            for pattern, homes in HOMES:
                if re.fullmatch(pattern, header) and (name.startswith("include/") or folder not in homes.split()):
                    offenders.append(f"{name}:{line}: {header} belongs to src/{' and src/'.join(homes.split())} only")
        if folder != "parallel":
            for line, words in enumerate(house.bare(house.text(name)).splitlines(), 1):
                if re.match(r"\s*#\s*pragma\s+omp\s+parallel", words):
                    offenders.append(f"{name}:{line}: OpenMP regions belong to src/parallel only")
    house.verdict(offenders, "every library's headers are at home")


main()
