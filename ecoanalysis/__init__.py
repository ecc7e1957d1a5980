"""Reachability analysis of ecological-civilisation indicators, county by county."""
