"""Workflows of the retailer's own locations: distribution centres, stores and dark stores."""

WORKFLOWS = """\
impactgraph: 1
workflows:
  ship-from-dc:
    name: Ship from distribution centre
    modes: [ship_from_dc]
    channels: [web, app, marketplace, call_centre]
    steps:
      capture:
        name: Order capture
        runs_on: commerce
        takes: 5s
        within: 2m
        needs: [tax-quote]
        optional: [fraud-check, address-check]
        emits: {notifications: [{type: order_confirmed, via: oms-to-mailer, due: 5m, channel: email}]}
        then: [{step: promise, via: checkout, share: 0.94}, {step: review, via: checkout, share: 0.06}]
      review:
        name: Manual review
        runs_on: crm
        takes: {p50: 40m, p95: 100m}
        within: 4h
        then: [promise]
      promise:
        name: Sourcing
        runs_on: oms
        takes: 20s
        within: 5m
        reads: [oms.dc-availability]
        surfaces_at: dc-pick
        needs: [reserve-call]
        then: [{step: dc-pick, via: release-to-dc}]
      dc-pick:
        name: Picking
        runs_on: wms
        takes: {p50: 55m, p95: 122m}
        within: 4h
        emits: {tasks: [{type: dc_pick, due: 3h}]}
        then: [dc-pack]
      dc-pack:
        name: Packing
        runs_on: wms
        takes: {p50: 12m, p95: 24m}
        within: 1h
        any_of: [[dc-labels], [dc-labels-backup]]
        emits: {postings: [{type: goods_issue, via: dc-goods-issue, due: 30m, amount: 0.6, account: "5000"}]}
        then: [{step: ship, via: ship-confirm}]
      ship:
        name: Shipping
        runs_on: oms
        takes: 30m
        within: 8h
        needs: [{any_of: [[capture], [capture-alt]], switch_after: 3m}]
        emits:
          postings: [{type: invoice, via: oms-to-erp, due: 1h, after: [goods_issue], amount: value,
            account: "4000"}]
          notifications: [{type: shipped, via: oms-to-mailer, due: 10m, channel: email}]
        then: [{step: deliver, via: carrier-manifest}]
      deliver:
        name: Delivery
        runs_on: tms
        takes: {p50: 821m, p95: 1108m}
        within: 2d
        reads: [tms.carrier-rates]
        optional: [tracking]
        emits: {notifications: [{type: delivered, via: tracking-to-mailer, due: 30m, channel: email}]}

  ship-from-store:
    name: Ship from store
    modes: [ship_from_store]
    channels: [web, app, marketplace, store]
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
        reads: [oms.store-availability]
        surfaces_at: pick
        then: [{step: allocate, via: reservations}]
      allocate:
        name: Allocation
        runs_on: inventory
        takes: 45s
        within: 10m
        reads: [inventory.allocation]
        surfaces_at: pick
        then: [{step: pick, via: release-to-store}]
      pick:
        name: Picking
        runs_on: storeops
        takes: {p50: 28m, p95: 70m}
        within: 3h
        reads: [storeops.roster]
        emits: {tasks: [{type: pick, due: 2h}]}
        then: [{step: pack, via: pick-confirm}]
      pack:
        name: Packing
        runs_on: storeops
        takes: {p50: 18m, p95: 35m}
        within: 1h
        any_of: [[labels], [labels-backup]]
        emits: {postings: [{type: goods_issue, via: store-goods-issue, due: 15m, amount: 0.6,
          account: "5000"}]}
        then: [ship]
      ship:
        name: Shipping
        runs_on: oms
        takes: 15m
        within: 8h
        needs: [{any_of: [[capture], [capture-alt]], switch_after: 3m}]
        emits:
          postings: [{type: invoice, via: oms-to-erp, due: 1h, after: [goods_issue], amount: value,
            account: "4000"}]
          notifications: [{type: shipped, via: oms-to-mailer, due: 10m, channel: email}]
        then: [{step: deliver, via: carrier-manifest}]
      deliver:
        name: Delivery
        runs_on: tms
        takes: {p50: 821m, p95: 1108m}
        within: 2d
        optional: [tracking]
        emits: {notifications: [{type: delivered, via: tracking-to-mailer, due: 30m, channel: email}]}

  collect-in-store:
    name: Collect in store
    modes: [bopis]
    channels: [web, app, call_centre]
    steps:
      capture:
        name: Order capture
        runs_on: commerce
        takes: 5s
        within: 2m
        needs: [tax-quote]
        optional: [fraud-check]
        emits: {notifications: [{type: order_confirmed, via: oms-to-mailer, due: 5m, channel: email}]}
        then: [{step: promise, via: checkout}]
      promise:
        name: Sourcing
        runs_on: oms
        takes: 20s
        within: 5m
        reads: [oms.store-availability]
        surfaces_at: pick
        then: [{step: pick, via: collect-release}]
      pick:
        name: Picking
        runs_on: storeops
        takes: {p50: 45m, p95: 120m}
        within: 4h
        reads: [storeops.roster]
        emits: {tasks: [{type: pick, due: 3h}]}
        then: [{step: ready, via: collect-confirm}]
      ready:
        name: Making ready
        runs_on: oms
        takes: 10s
        within: 5m
        needs: [{any_of: [[capture], [capture-alt]], switch_after: 3m}]
        emits: {notifications: [{type: ready_for_pickup, via: oms-to-mailer, due: 5m, channel: sms}]}
        then: [collect]
      collect:
        name: Collection
        runs_on: pos
        takes: {p50: 518m, p95: 1553m}
        within: 3d
        emits:
          postings:
            - {type: goods_issue, via: pos-to-erp, due: 30m, amount: 0.6, account: "5000"}
            - {type: invoice, via: oms-to-erp, due: 1h, after: [goods_issue], amount: value, account: "4000"}

  same-day:
    name: Same day from a dark store
    modes: [same_day]
    channels: [app, web]
    steps:
      capture:
        name: Order capture
        runs_on: commerce
        takes: 5s
        within: 2m
        needs: [tax-quote]
        optional: [fraud-check, address-check]
        emits: {notifications: [{type: order_confirmed, via: oms-to-mailer, due: 2m, channel: push}]}
        then: [{step: promise, via: checkout}]
      promise:
        name: Sourcing
        runs_on: oms
        takes: 5s
        within: 1m
        reads: [oms.dark-availability]
        surfaces_at: dark-pick
        needs: [reserve-call]
        then: [{step: dark-pick, via: release-to-dark}]
      dark-pick:
        name: Picking
        runs_on: darkops
        takes: {p50: 14m, p95: 30m}
        within: 1h
        emits: {tasks: [{type: dark_pick, due: 45m}]}
        then: [{step: hand-over, via: dark-confirm}]
      hand-over:
        name: Handover to the courier
        runs_on: darkops
        takes: {p50: 12m, p95: 30m}
        within: 1h
        needs: [courier-call, {any_of: [[capture], [capture-alt]], switch_after: 1m}]
        emits:
          postings:
            - {type: goods_issue, via: oms-to-erp, due: 30m, amount: 0.6, account: "5000"}
            - {type: invoice, via: oms-to-erp, due: 1h, after: [goods_issue], amount: value, account: "4000"}
          notifications: [{type: on_its_way, via: oms-to-mailer, due: 5m, channel: push}]
        then: [ride]
      ride:
        name: Courier ride
        runs_on: couriernet
        takes: {p50: 95m, p95: 160m}
        within: 4h
        optional: [tracking]
        emits: {notifications: [{type: delivered, via: tracking-to-mailer, due: 10m, channel: push}]}
"""
