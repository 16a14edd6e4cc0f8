"""Workflows of third parties and suppliers, and of returns."""

PARTNER_WORKFLOWS = """\
impactgraph: 1
workflows:
  ship-from-3pl:
    name: Ship from a third-party warehouse
    modes: [ship_from_3pl]
    channels: [web, app, marketplace]
    steps:
      capture:
        name: Order capture
        runs_on: commerce
        takes: 5s
        within: 2m
        needs: [tax-quote]
        optional: [fraud-check, address-check]
        emits: {notifications: [{type: order_confirmed, via: oms-to-mailer, due: 5m, channel: email}]}
        then: [{step: promise, via: checkout}]
      promise:
        name: Sourcing
        runs_on: oms
        takes: 20s
        within: 5m
        reads: [oms.threepl-availability]
        surfaces_at: outsourced-pick
        then: [{step: outsourced-pick, via: release-to-threepl}]
      outsourced-pick:
        name: Third-party picking
        runs_on: threepl
        takes: {p50: 180m, p95: 320m}
        within: 8h
        then: [{step: ship, via: threepl-confirm}]
      ship:
        name: Shipping
        runs_on: oms
        takes: 20m
        within: 4h
        needs: [{any_of: [[capture], [capture-alt]], switch_after: 3m}]
        emits:
          postings:
            - {type: goods_issue, via: oms-to-erp, due: 30m, amount: 0.6, account: "5000"}
            - {type: invoice, via: oms-to-erp, due: 1h, after: [goods_issue], amount: value, account: "4000"}
          notifications: [{type: shipped, via: oms-to-mailer, due: 10m, channel: email}]
        then: [deliver]
      deliver:
        name: Delivery
        runs_on: tms
        takes: {p50: 900m, p95: 1250m}
        within: 2d
        optional: [tracking]
        emits: {notifications: [{type: delivered, via: tracking-to-mailer, due: 30m, channel: email}]}

  drop-ship:
    name: Shipped by the supplier
    modes: [drop_ship]
    channels: [web, app, marketplace]
    steps:
      capture:
        name: Order capture
        runs_on: commerce
        takes: 5s
        within: 2m
        needs: [tax-quote]
        optional: [fraud-check, address-check]
        emits: {notifications: [{type: order_confirmed, via: oms-to-mailer, due: 5m, channel: email}]}
        then: [{step: promise, via: checkout}]
      promise:
        name: Sourcing
        runs_on: oms
        takes: 20s
        within: 5m
        reads: [oms.supplier-availability]
        surfaces_at: supplier-ship
        emits: {supplier_orders: [{type: purchase_order, via: supplier-orders, due: 1h}]}
        then: [{step: supplier-ship, via: supplier-orders}]
      supplier-ship:
        name: Supplier shipping
        runs_on: edi
        takes: {p50: 405m, p95: 729m}
        within: 1d
        then: [{step: ship, via: supplier-asn}]
      ship:
        name: Shipping
        runs_on: oms
        takes: 20m
        within: 4h
        needs: [{any_of: [[capture], [capture-alt]], switch_after: 3m}]
        emits:
          postings: [{type: invoice, via: oms-to-erp, due: 1h, amount: value, account: "4000"}]
          notifications: [{type: shipped, via: oms-to-mailer, due: 10m, channel: email}]
        then: [deliver]
      deliver:
        name: Delivery
        runs_on: tms
        takes: {p50: 900m, p95: 1250m}
        within: 2d
        optional: [tracking]
        emits: {notifications: [{type: delivered, via: tracking-to-mailer, due: 30m, channel: email}]}

  return-refund:
    name: Return and refund
    modes: [return]
    channels: [web, app, store]
    steps:
      register:
        name: Return registration
        runs_on: returns
        takes: 20s
        within: 5m
        needs: [return-request]
        optional: [return-labels]
        emits: {notifications: [{type: return_registered, via: oms-to-mailer, due: 5m, channel: email}]}
        then: [{step: receive-store, when: {location_kinds: [store, dark_store]}}, {step: receive-dc}]
      receive-store:
        name: Receipt in the store
        runs_on: storeops
        takes: {p50: 213m, p95: 426m}
        within: 1d
        then: [{step: inspect, via: returns-in}]
      receive-dc:
        name: Receipt in the distribution centre
        runs_on: wms
        takes: {p50: 320m, p95: 560m}
        within: 2d
        then: [{step: inspect, via: returns-dc}]
      inspect:
        name: Inspection
        runs_on: oms
        takes: {p50: 30m, p95: 75m}
        within: 4h
        then: [refund]
      refund:
        name: Refund
        runs_on: oms
        takes: 30s
        within: 30m
        needs: [refund-call]
        emits:
          postings:
            - {type: credit_note, via: oms-to-erp, due: 1h, amount: value, account: "4010"}
            - {type: refund, via: oms-to-erp, due: 1h, after: [credit_note], amount: value, account: "4090"}
          notifications: [{type: refund_issued, via: oms-to-mailer, due: 15m, channel: email}]
        then: [close]
      close:
        name: Closing
        runs_on: oms
        takes: {p50: 90m, p95: 135m}
        within: 6h
"""
