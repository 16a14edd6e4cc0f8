"""Exchange rates, so that totals are also given in one currency."""

RATES = """\
impactgraph: 1
rates:
  currency: EUR
  as_of: 2026-01-02
  per: {BRL: 6.35, GBP: 0.87, JPY: 184, USD: 1.17}
"""
