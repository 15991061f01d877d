"""What a siting is solved on: demand, candidates and existing facilities of a study as costs and weights.

The columns of the costs are the candidates, then the existing facilities of each sphere in turn. Costs are
those of the measures: along streets where the study has them, else straight line × detour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geosocial import tables
from geosocial.errors import N_, InputError, StudyError
from geosocial.sites.asked import COVERING, NEAREST, Asked, Step, Time, quiet
from geosocial.sites.distances import EVERYWHERE, beside_nearest, costs

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geosocial.geo.walking import Walking
    from geosocial.intake.candidates import Candidates, Wanted
    from geosocial.measure.supply import Facilities
    from geosocial.study import Service, Study

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

#: Most pairs that are held at once by the models that need every pair.
MOST_PAIRS = 60_000_000


@dataclass(frozen=True, slots=True)
class Served:
    """One sphere of a siting: its service, who is to be served, and its existing facilities.

    Attributes
    ----------
    weight
        (n) demand of each place; 0 where it is in no zone or not known.
    facilities, first
        The existing facilities, and the column of the first.
    costs
        n × columns; sparse within the standard for the covering models, else dense.
    """

    sphere: str
    service: Service
    weight: Floats
    facilities: Facilities
    first: int
    costs: Any

    @property
    def standard(self) -> float:
        """Return the standard of the service in metres."""
        return float(self.service.standard_m or 0.0)


@dataclass(frozen=True, slots=True)
class Problem:
    """A siting, ready to be solved."""

    study: Study
    asked: Asked
    zones: gpd.GeoDataFrame
    demand: pd.DataFrame
    places: pd.DataFrame
    candidates: Candidates
    spheres: tuple[Served, ...]
    ways: Walking | None
    #: Layers that are only shown, as in `geosocial.results.Results`.
    context: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    #: What became of the rows of each list of existing places: `geosocial.tables.CONSERVATION`.
    conservation: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CONSERVATION))
    #: What is left of the time that the searches have.
    time: Time = field(default_factory=Time)

    @property
    def count(self) -> int:
        """Return the number of candidates."""
        return len(self.candidates.table)

    @property
    def existing(self) -> list[int]:
        """Return the columns of the existing facilities; one where the model takes them as one."""
        return list(range(self.count, self.main.costs.shape[1]))

    @property
    def main(self) -> Served:
        """Return the sphere that is asked for, or the first of several."""
        return self.spheres[0]


def gather(study: Study, asked: Asked, wanted: Wanted, *, step: Step = quiet) -> Problem:
    """Return the problem that is asked.

    Raises
    ------
    InputError
        For a file, a filter or an identifier that cannot be used; for too many pairs.
    StudyError
        When the sphere or service does not exist, has no standard, or the study no such demand column.
    """
    import pandas as pd

    from geosocial import intake
    from geosocial.intake import candidate_positions
    from geosocial.intake.candidates import from_demand, from_grid, read_candidates
    from geosocial.measure import supply

    services = [(sphere, service_of(study, asked, sphere)) for sphere in asked.spheres]
    columns = [demand_column(study, asked, service) for _, service in services]
    with step(N_("Zones")):
        zones, _, _ = intake.read_zones(study)
        context, _ = intake.read_context(study)
    with step(N_("Demand")):
        ancillary, _ = intake.read_ancillary(study)
        demand, _, _ = intake.read_demand(study, zones, ancillary)
        streets = intake.read_streets(study)
        ways = None if streets is None else streets.walking(study, demand)
    with step(N_("Facilities")):
        geocoder = intake.read_geocoder(study, zones, online=False) if study.geocoding else None
        taken = [intake.read_places(study, spec, zones, geocoder) for spec in study.places]
        places = pd.concat([t.places for t in taken], ignore_index=True)
        kept = tables.check_conservation(intake.conservation(taken))
        near = [supply.facilities(places, zones, study, service) for _, service in services]
        if asked.from_scratch:
            near = [supply.facilities(places.iloc[:0], zones, study, service) for _, service in services]
    with step(N_("Candidates")):
        if wanted.path is not None:
            listed = candidate_positions.asked(study, wanted.addresses, wanted.crs) or geocoder
            found = read_candidates(study, zones, wanted, listed)
        elif wanted.grid_m is not None:
            held = places[places["counted"] & (places["status"] == "existing")]
            found = from_grid(study, zones, wanted, (held["x"].to_numpy(float), held["y"].to_numpy(float)))
        else:
            found = from_demand(study, demand, wanted)
    with step(N_("Costs")):
        # A dispersion looks at the sites alone: costs of the places only tell whom they serve.
        near_only = asked.model in COVERING or asked.model == "dispersion"
        reach = [float(s.standard_m or 0.0) if near_only else EVERYWHERE for _, s in services]
        many = len(demand) * (len(found.table) + sum(map(len, near)))
        if EVERYWHERE in reach and many > MOST_PAIRS:
            raise InputError(
                N_("{places} places × {candidates} candidates are too many for the model “{model}”."),
                hint=N_("Use mclp, or fewer candidates: at most {most} pairs."),
                places=len(demand),
                candidates=len(found.table),
                model=asked.model,
                most=MOST_PAIRS,
            )
        first, spheres = len(found.table), []
        width = first + sum(map(len, near))
        inside = (demand["zone_id"] != "").to_numpy()
        for (sphere, service), column, own, far in zip(services, columns, near, reach, strict=True):
            weight = np.where(inside, np.nan_to_num(demand[column].to_numpy(np.float64)), 0.0)
            standard = float(service.standard_m or 0.0)
            if asked.model in NEAREST and len(own) and not asked.may_close:
                made = beside_nearest(study, demand, found.table, own, standard=standard, ways=ways)
            else:
                made = costs(study, demand, found.table, own, reach=far, first=first, width=width, ways=ways)
            spheres.append(Served(sphere, service, weight, own, first, made))
            first += len(own)
    return Problem(
        *(study, asked, zones, demand, places, found),
        *(tuple(spheres), ways, context, kept, Time(asked.time_limit)),
    )


def service_of(study: Study, asked: Asked, sphere: str) -> Service:
    """Return the service of a sphere that is asked for: one with a standard of distance."""
    from geosocial.results import one_sphere

    services = one_sphere(study, sphere).spheres[sphere].services
    mine = [s for s in services if s.key == (asked.service or services[0].key)]
    if not mine:
        raise StudyError(
            N_("The sphere “{sphere}” has no service “{got}”."),
            hint=N_("Use one of {known}."),
            sphere=sphere,
            got=asked.service,
            known=", ".join(s.key for s in services),
        )
    if mine[0].standard_m is None:
        raise StudyError(
            N_("The service “{got}” has no standard of distance, by which sites could be compared."),
            hint=N_("Choose a service with the rule coverage."),
            got=f"{sphere}.{mine[0].key}",
        )
    return mine[0]


def demand_column(study: Study, asked: Asked, service: Service) -> str:
    """Return the demand column that is to be served."""
    column = asked.weight or service.demand
    if column not in {c.key for c in study.demand.columns}:
        raise StudyError(
            N_("The study has no demand column “{got}”."),
            hint=N_("Use one of {known}."),
            got=column,
            known=", ".join(c.key for c in study.demand.columns),
        )
    return column
