#!/usr/bin/env python3
"""Every YAML file is YAML, by a parser that is not ours."""
import house

try:
    import yaml
except ImportError:
    house.skip("python3-yaml is not installed")


def main():
    offenders, names = [], house.files(".yaml", ".yml")
    for name in names:
        try:
            yaml.safe_load(house.text(name))
        except yaml.YAMLError as problem:
            offenders.append(f"{name}: {' '.join(str(problem).split())}")
    house.verdict(offenders, f"{len(names)} YAML files parse")


main()
