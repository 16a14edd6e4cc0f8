"""A few elements that small documents refer to."""

WORLD = """teams: {t: {}}
systems: {oms: {}, erp: {}}
apis: {oms.reserve: {system: oms}}
integrations: {link: {from: oms, to: erp, transport: queue}}
data: {stock: {system: oms}}
"""
