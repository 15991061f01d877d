"""Run every benchmark: ``make bench`` or ``python -m benchmarks``."""

from __future__ import annotations

from benchmarks import (
    access,
    clusters,
    counts,
    geocode,
    interpolate,
    join,
    maps,
    million,
    network,
    run,
    siting,
    stream,
    work,
)

print("Joining points to the 58 districts\n")
join.main([10_000, 100_000, 10_000_000], 7, inside=False)
print("\nAddresses to address points\n")
geocode.main(460_000, 5_000, 5)
print("\nAccessibility\n")
access.main(20_000, 5_000, 5)
print("\nStreet networks\n")
network.main(360, 300, 300, 5)
print("\nFacilities within a standard\n")
counts.main(500_000, 2_000, 3)
print("\nAreal interpolation\n")
interpolate.main(5, interpolate.SHARED)
print("\nClusters\n")
clusters.main(999, 5)
print("\nMaps\n")
maps.main()
print("\nSites\n")
siting.main(list(siting.PARTS))
print("\nWhole processes\n")
run.main()
print("\nA million rows\n")
million.main()
print("\nLarger than memory\n")
stream.main()
print("\nWhat a run does, counted\n")
work.main()
