"""The seeded generator of manifests: invented parcels, realistic in what decides their fate.

Every person, company, address and price in here is invented.
"""
