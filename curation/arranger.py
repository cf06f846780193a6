"""The child that draws the map and finds clusters: `python -m curation.arranger`, without torch."""

from __future__ import annotations

from curation.child import serve
from curation.clusters import find_clusters
from curation.projection import make_map

if __name__ == "__main__":
    serve({"map": make_map, "clusters": find_clusters})
